import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.RECOMMENDER_PRODUCT_MODEL),
        ('recommender', '0009_picture_fields'),
    ]

    operations = [
        migrations.RenameModel(old_name='Twin', new_name='Duplicate'),
        migrations.AlterField(
            model_name='duplicate',
            name='product',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='recommender_duplicate', serialize=False, to=settings.RECOMMENDER_PRODUCT_MODEL),
        ),
    ]
