import django.db.models.deletion
from django.db import migrations, models

from shop.models import primary_key, shots_storage


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Garment",
            fields=[
                ("reference", primary_key()),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=20)),
                ("units", models.IntegerField(default=1)),
                ("hidden", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Shot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("image", models.FileField(storage=shots_storage, upload_to="shots")),
                (
                    "garment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shots",
                        to="shop.garment",
                    ),
                ),
            ],
        ),
    ]
