# Odoo 19.0 with the suite's addons and the same versions of every Python package that
# the tests run with. Tags are pinned, not digests: pin those of your registry, e.g.
#   docker build --build-arg ODOO_IMAGE=odoo:19.0@sha256:… .
ARG ODOO_IMAGE=odoo:19.0
FROM ${ODOO_IMAGE}

# 1: with LightGBM, which challenges the lifetime value where models are fitted
ARG MM_ML=0

USER root
COPY requirements.lock requirements-ml.lock docker/build-tools.lock /opt/marketing/
# Debian's packages (Odoo itself, python-ldap …) stay importable; pip is the image's, and
# takes nothing whose SHA-256 is not in the lock files.
RUN set -eu; \
    python3 -m venv --system-site-packages --without-pip /opt/venv; \
    pip="/opt/venv/bin/python -m pip install --no-cache-dir --require-hashes"; \
    $pip --only-binary :all: -r /opt/marketing/build-tools.lock; \
    $pip --no-build-isolation -r /opt/marketing/requirements.lock; \
    if [ "$MM_ML" = 1 ]; then \
        apt-get update; \
        apt-get install -y --no-install-recommends libgomp1; \
        rm -rf /var/lib/apt/lists/*; \
        $pip --only-binary :all: -r /opt/marketing/requirements-ml.lock; \
    fi; \
    /opt/venv/bin/python -c "import odoo, celery, numpy, scipy, css_inline"; \
    install -d -o odoo -g odoo -m 0700 /run/marketing

COPY addons /opt/marketing/addons
COPY config/celeryconfig.py /opt/marketing/config/celeryconfig.py
COPY docker /opt/marketing/docker

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER odoo
ENTRYPOINT ["/bin/sh", "/opt/marketing/docker/start.sh"]
CMD ["web"]
