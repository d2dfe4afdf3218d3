"""What gunicorn runs."""

import os

from django.core.wsgi import get_wsgi_application

from anqi.config import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anqi.config.settings")
application = get_wsgi_application()
memory.settle()
