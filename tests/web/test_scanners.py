"""Programs that follow every link in a mail change nothing (R-LINK-11)."""

from tests.web.conftest import Site

PROBES = (
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
    {"Range": "bytes=0-0"},
    {"User-Agent": "MailScanner/1.0", "Cache-Control": "no-cache"},
)


def test_a_hundred_looks_of_a_scanner_change_nothing(site: Site) -> None:
    """GET and HEAD with all their trimmings count no use and no view, and write nothing down."""
    links = [site.link(), site.link(max_uses=1), site.link(password="correct horse")]
    before = [site.kit.links.get(link) for link in links]
    written = list(site.audit())
    scanner = site.browser("203.0.113.7")
    for n in range(100):
        path = site.portal.link_path(links[n % 3])
        headers = PROBES[n % len(PROBES)]

        assert scanner.send("HEAD" if n % 2 else "GET", path, headers=headers).status == 200

    assert before == [site.kit.links.get(link) for link in links]
    assert written == list(site.audit())
    assert site.browser().post(site.portal.link_path(links[1])).status == 303


def test_a_range_gets_the_whole_page(quick_site: Site) -> None:
    """A page is no file: a range is not answered in part."""
    page = quick_site.browser().send("GET", quick_site.path(), headers={"Range": "bytes=0-9"})

    assert page.status == 200
    assert len(page.body) > 1000
