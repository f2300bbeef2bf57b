"""The plug-in's tables come and go without leaving anything behind."""

import pytest
from django.core.management import call_command
from django.db import connection


def tables():
    return {name for name in connection.introspection.table_names() if name.startswith("recommend")}


def test_no_migration_is_missing(db):
    call_command("makemigrations", "recommender", "fashionshop", check=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_migrations_run_backwards_and_forwards_again():
    before = tables()

    call_command("migrate", "recommender", "zero", verbosity=0)
    assert tables() == set()
    call_command("migrate", "recommender", verbosity=0)

    assert tables() == before
