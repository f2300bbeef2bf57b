import pytest

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import *
from recommender.selectors.goes_with import goes_with
from recommender.selectors.similar import similar_products
from recommender.testing import activate_fake_checkpoints, photo, work_off


@pytest.mark.django_db
def test_smoke(redis_url, django_assert_max_num_queries):
    activate_fake_checkpoints()
    c = Category.objects.create(name="Tops", slug="tops", slot="TOP")
    d = Category.objects.create(name="Skirts", slug="skirts", slot="BOTTOM")
    ps = []
    for i, (cat, col) in enumerate(
        [(c, "red"), (c, "crimson"), (c, "blue"), (d, "red"), (d, "navy"), (d, "green")]
    ):
        p = Product.objects.create(sku=str(i), title=str(i), category=cat, price=1, stock=1)
        ProductPicture.objects.create(product=p, file=clean_picture(photo(col)))
        ps.append(p)
    assert EmbeddingJob.objects.count() == 12
    assert work_off() == 6
    with django_assert_max_num_queries(5):
        s = similar_products(ps[0])
    assert [i.product.sku for i in s.items] == ["1", "2"]
    print(s)
    assert Pairing.objects.count() == 18
    g = goes_with(ps[0], per_slot=3)
    print(g)
    assert [i.product.sku for i in g.items][0] == "3"
