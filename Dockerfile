# syntax=docker/dockerfile:1
# One image for the API, the worker and the migrations; which one it is, the command says.

FROM python:3.13-slim AS build
WORKDIR /build
COPY .ci/locks/build.txt .ci/locks/production.txt ./
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# What builds xero-python, which comes as source only, goes in first; after that nothing is built with tools that no
# lock names.
RUN python -m venv /venv \
    && /venv/bin/pip install --require-hashes -r build.txt \
    && /venv/bin/pip install --require-hashes --no-build-isolation -r production.txt \
    && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PLUMBLINE_ENV=production
RUN groupadd --system --gid 10001 plumbline \
    && useradd --system --uid 10001 --gid plumbline --no-create-home --home-dir /nonexistent plumbline
COPY --from=build /venv /venv
WORKDIR /srv/plumbline
COPY LICENSE pyproject.toml ./
COPY migrations migrations
COPY app app
# Compiled here, since the file system is read-only where it runs.
RUN python -m compileall -q app migrations
USER 10001:10001
EXPOSE 8000
# For the API; the worker, which listens on nothing, replaces it in compose.yaml.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
