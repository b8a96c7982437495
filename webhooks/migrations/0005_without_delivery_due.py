"""Nothing asked by it, and PostgreSQL took it for a webhook's oldest: every claim then walked through all that waited."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0004_resends_and_makers")]
    operations = [migrations.RemoveIndex("Delivery", "delivery_due")]
