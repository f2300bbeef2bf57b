import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommender', '0003_trainings'),
    ]

    operations = [
        migrations.AddField(
            model_name='rule',
            name='is_feedback',
            field=models.BooleanField(default=False, help_text='A thumbs down on what the machine chose.', verbose_name='feedback'),
        ),
        migrations.CreateModel(
            name='RuleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule_number', models.BigIntegerField(db_index=True)),
                ('label', models.CharField(max_length=300, verbose_name='rule')),
                ('action', models.CharField(choices=[('ADDED', 'Added'), ('CHANGED', 'Changed'), ('DELETED', 'Deleted')], max_length=7)),
                ('before', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('after', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('changed_by', models.CharField(blank=True, max_length=150, verbose_name='by')),
                ('changed_at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('undoes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undone_by', to='recommender.rulechange')),
            ],
            options={
                'ordering': ['-changed_at', '-id'],
            },
        ),
    ]
