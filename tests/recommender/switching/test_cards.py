"""A card says the same to the shop, whichever release wrote it."""

import json

from recommender.switching.cards import read_card


def test_a_card_of_an_earlier_release_says_the_same_as_one_of_today(make_card):
    today = {"reads": "embeddings of a@1", "weights": {"shape": 0.7}, "purpose": "PAIR"}
    earlier = {"input": "embeddings of a@1", "default_weights": {"shape": 0.7}, "kind": "SCORER"}
    folder = make_card(**today)
    said = read_card(folder)

    card = json.loads((folder / "card.json").read_text())
    kept = {name: value for name, value in card.items() if name not in today}
    (folder / "card.json").write_text(json.dumps({**kept, "purpose": "", **earlier}))

    assert read_card(folder) == said
    assert (said["purpose"], said["weights"]) == ("PAIR", {"shape": 0.7})
