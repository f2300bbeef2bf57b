# One image, three sizes: `web` (no NumPy), `cpu` (ONNX Runtime), `gpu` (torch with CUDA).
# Give the digest that you have tried, as in --build-arg PYTHON_IMAGE=python@sha256:…, and builds repeat.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=fashionshop.settings \
    FASHIONSHOP_VAR=/var/lib/fashionshop PATH=/venv/bin:$PATH
RUN useradd --system --create-home shop && mkdir -p /var/lib/fashionshop && chown shop /var/lib/fashionshop
WORKDIR /app

FROM base AS web-packages
RUN python -m venv /venv && pip install --no-cache-dir uv
COPY locks/web.txt locks/
RUN uv pip install --no-cache --python /venv/bin/python --require-hashes -r locks/web.txt

FROM web-packages AS cpu-packages
COPY locks/cpu.txt locks/
RUN uv pip install --no-cache --python /venv/bin/python --require-hashes -r locks/cpu.txt

FROM cpu-packages AS gpu-packages
COPY locks/all.txt locks/
RUN uv pip install --no-cache --python /venv/bin/python --require-hashes -r locks/all.txt

FROM base AS web
COPY --from=web-packages /venv /venv
COPY --chown=shop . .
USER shop
EXPOSE 8000
CMD ["gunicorn", "-c", "python:fashionshop.gunicorn_conf", "fashionshop.wsgi", "--bind", "0.0.0.0:8000"]

FROM base AS cpu
COPY --from=cpu-packages /venv /venv
COPY --chown=shop . .
USER shop
CMD ["celery", "-A", "workers.celery", "worker", "--pool", "threads", "--concurrency", "4", "--queues", "interactive,embed,pair"]

FROM base AS gpu
COPY --from=gpu-packages /venv /venv
COPY --chown=shop . .
USER shop
CMD ["celery", "-A", "workers.celery", "worker", "--pool", "threads", "--concurrency", "4", "--queues", "interactive,embed,pair"]
