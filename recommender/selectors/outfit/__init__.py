"""The parts of an outfit's answer; `recommender.selectors.outfits` puts them together."""
