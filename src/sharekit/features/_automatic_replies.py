"""
Automatic replies: what clients are told at once who write about a thing.
"""

from sharekit.codec.kinds_of_conversations import AUTOMATIC_REPLY
from sharekit.errors import NotFoundError
from sharekit.features._facts import chain_of, require, require_staff
from sharekit.features._unit import Unit, Wiring
from sharekit.records import events
from sharekit.records.automatic_replies import AutomaticReply, automatic_reply_id, reply_words
from sharekit.records.catalog import ResourceRef
from sharekit.records.parties import Principal, Right

__all__ = ["AutomaticReplies"]


class AutomaticReplies:
    """The part of `Conversations` that is about automatic replies."""

    _wiring: Wiring

    def set_automatic_reply(
        self,
        ref: ResourceRef,
        text: str | None,
        *,
        by: Principal,
        texts: object = None,
        hours: int = 24,
    ) -> AutomaticReply | None:
        """
        Say what clients are told at once who write about a thing, or about anything in it.

        Nothing answers an automatic message, and each person is told in each conversation at most once in *hours*.

        Args:
            ref: The thing; what lies in it may have a reply of its own.
            text: What is said; None to say nothing any more.
            by: Staff with the right EDIT on it.
            texts: The same in other languages: ``{"nl": "Bedankt, we antwoorden binnen een dag."}``.
            hours: As above; from 1 to 8 760.

        Raises:
            InvalidInputError: An argument cannot be used; ``field`` names it.
            NotAllowedError: *by* may not.
            NotFoundError: The thing is not in the catalog.
        """
        require_staff(by)
        self._wiring.kind_of(ref)
        words = reply_words({} if texts is None else texts)

        def work(unit: Unit) -> AutomaticReply | None:
            chain = chain_of(unit, ref)
            if not chain or chain[0].removed_at is not None:
                raise NotFoundError("resource", ref.key)
            require(self._wiring, unit, by, Right.EDIT, ref, chain=chain)
            known = unit.get(AUTOMATIC_REPLY, automatic_reply_id(unit.tenant, chain[0].node))
            reply = None
            if text is not None:
                reply = AutomaticReply(
                    tenant=unit.tenant,
                    ref=ref,
                    incarnation=chain[0].incarnation,
                    text=text,
                    texts=words,
                    hours=hours,
                    changed_at=unit.now,
                    changed_by=by.key,
                )
                unit.put(AUTOMATIC_REPLY, reply)
            elif known is not None:
                unit.delete(AUTOMATIC_REPLY, known.id)
            unit.emit(events.AutomaticReplySet(tenant=unit.tenant, at=unit.now, by=by, ref=ref, removed=reply is None))
            return reply

        return self._wiring.write(work)

    def automatic_reply(self, ref: ResourceRef) -> AutomaticReply | None:
        """Return what was set for just this thing, or None."""
        self._wiring.kind_of(ref)
        with self._wiring.reading() as unit:
            chain = chain_of(unit, ref)
            return unit.get(AUTOMATIC_REPLY, automatic_reply_id(unit.tenant, chain[0].node)) if chain else None
