"""A boutique on django-oscar, as its documentation sets one up, with strips on its product pages."""
