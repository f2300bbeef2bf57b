from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0008_set_scorer'),
    ]

    operations = [
        migrations.AlterField(
            model_name='picture',
            name='name',
            field=models.CharField(help_text='In the storage of its field.', max_length=300),
        ),
        migrations.AddField(
            model_name='picture',
            name='field',
            field=models.CharField(blank=True, default='', help_text='That holds the file: shop.Shot.image.', max_length=200),
            preserve_default=False,
        ),
    ]
