"""Where the API is."""

urlpatterns: list = []
