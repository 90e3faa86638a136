"""
The contract of adapters: what a door of a web framework must let through, and what it must leave alone.

Subclass `AdapterContract` in a test module and override its one fixture, ``serve``::

    class TestMyAdapter(AdapterContract):
        @pytest.fixture
        def serve(self):
            def mounted(portal, prefix):
                app = my_framework.App()
                app.mount(prefix, my_adapter(portal))
                return over_wsgi(app)

            return mounted
"""

from typing import Final

from sharekit.testing._laws import Contract, laws_of
from sharekit.testing.adapter._documents import DocumentLaws
from sharekit.testing.adapter._drivers import Received, Sent, over_asgi, over_wsgi
from sharekit.testing.adapter._frame import Frame, Send, Serve
from sharekit.testing.adapter._messages import MessageLaws
from sharekit.testing.adapter._stories import StoryLaws
from sharekit.testing.adapter._talks import TalkLaws
from sharekit.testing.adapter._uploads import UploadLaws

__all__ = ["AdapterContract", "Received", "Send", "Sent", "Serve", "over_asgi", "over_wsgi"]


class AdapterContract(MessageLaws, StoryLaws, DocumentLaws, UploadLaws, TalkLaws, Frame, Contract, contract=True):
    """
    What every adapter promises, as tests.

    The fixture ``serve`` returns a function that is given a `sharekit.web.Portal` and the path at
    which to mount it (``"/share"``, or ``""`` for the root), and that returns what takes a request,
    `Sent`, through the framework and the adapter and gives the response, `Received`. `over_wsgi` and
    `over_asgi` do that for applications of these kinds, as a server does. Site and clients are told
    by the request: ``https://portal.example``, and the address `Sent.client`. An answer that breaks
    off raises `ConnectionAbortedError`.

    What is expected is not written down here: a portal behind the adapter remembers what it was
    asked and what it said, and both are compared with what was sent and what came.

    - D1: A request arrives as it was sent: method, path, query, headers, body, the address of the
      client, scheme and host of the site, and the mount.
    - D2: An answer leaves as it was made: status, headers and body, two headers of one name as two.
      Only what belongs to servers may be added: ``Date``, ``Server``, ``Connection``,
      ``Keep-Alive``, ``Transfer-Encoding``. The case of names and the order of different names are free.
    - D3: Every method of every address below the mount goes to the portal, once.
    - D4: A path is decoded once. Nothing in it is normalised, refused or redirected.
    - D5: HEAD has the status and the headers of GET, and no body.
    - D6: A body is read only when the portal asks, and no more than it asks for; in chunks too.
    - D7: A body that ends early brings nothing about.
    - D8: The pieces of a long answer leave in order, and what makes them is closed. When that
      fails, the connection breaks.
    - D9: Requests side by side do not mix.
    - D10: Addresses in pages and redirects begin with the mount, wherever that is.
    - D11: A link is opened, redeemed and reported as seen; cookies are set only where the portal does.
    - D12: Dead links, garbage and unknown addresses are one answer.
    - D13: Pages speak the reader's language.
    - D14: Files are served as the portal serves them.
    - D15: A tenant resolver sees the site as the visitor wrote it.
    - D16: Wrong secrets are counted by the address that the framework trusts.
    - D17: What fails becomes the portal's page, and no secret is logged.
    - D18: The bytes of a document come whole, in part, and not again, each with the portal's own length
      and range.
    - D19: Files arrive, in a form and in parts; a long body is read in as many goes as the portal asks for.
    - D20: Messages are read, written with files and begun as without the adapter.
    - D21: News are told and chosen; a letter's address ends letters by one POST from anywhere, and by no GET.

    Attributes:
        waivers: Laws that the adapter does not keep, each with the reason: ``{"D8": "..."}``.
    """


LAWS: Final = laws_of(AdapterContract)
"""The law that each test of the contract is about, by the test's name."""
