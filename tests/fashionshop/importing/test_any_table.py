"""Whatever a table holds, its rows are products or faults and nothing is raised."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fashionshop.importing.general import GeneralTable
from fashionshop.importing.readers import READERS
from fashionshop.importing.rows import Fault, Row
from tests.effort import examples
from tests.fashionshop.importing import exports

CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ['"', "1.299", "-5", "a.jpg|b.jpg", "../x", "%00", "size=,color=", "> >", "\0"]
    ),
)


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


@given(body=st.binary(max_size=400))
@examples(60)
def test_any_bytes_below_a_header(anywhere, body):
    path = anywhere / "products.csv"
    path.write_bytes(b"sku,title,category,gender,season,price,stock,sizes,image\n" + body)

    assert all(isinstance(row, Row | Fault) for row in GeneralTable(path).rows())


@pytest.mark.parametrize("kind", ["shopify", "woocommerce", "magento", "google"])
@given(data=st.data())
@examples(15)
def test_any_cells_below_the_header_of_an_export(anywhere, kind, data):
    columns = exports.header(kind)
    rows = data.draw(st.lists(st.dictionaries(st.sampled_from(columns), CELLS), max_size=4))
    path = anywhere / f"{kind}.csv"
    path.write_text("\n".join(exports.lines(columns, *rows)), encoding="utf-8", errors="replace")

    assert all(isinstance(row, Row | Fault) for row in READERS[kind](path).rows())


@given(body=st.binary(max_size=200))
@example(b'<!ENTITY a "ha">')
@examples(30)
def test_any_bytes_in_a_feed(anywhere, body):
    path = anywhere / "feed.xml"
    item = b"<item><id>1</id><title>T</title><link>l</link><image_link>a.jpg</image_link></item>"
    path.write_bytes(b"<rss><channel>" + item + body)

    assert all(isinstance(row, Row | Fault) for row in READERS["google"](path).rows())
