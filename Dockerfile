# The repository with everything installed, for the CPU:
#
#   docker build --tag book .
#   docker run --rm -it --init book cargo book 03_01
#   docker run --rm -it --init -p 8888:8888 book cargo book notebook -- --ip 0.0.0.0 --no-browser
#
# With an NVIDIA GPU and NVIDIA's container toolkit, install libtorch with CUDA in a running container, where the driver
# is:
#
#   docker run -it --init --gpus all book
#   cargo book setup --cuda && cargo book 03_01 --device cuda

FROM debian:trixie-slim AS tools

# The packages that README.md names.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates g++ git python3 python3-venv rustup \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --shell /bin/bash reader
USER reader
RUN rustup default stable && mkdir /home/reader/book
WORKDIR /home/reader/book

# .devcontainer stops before this: it has the repository from the editor.
FROM tools
COPY --chown=reader . .
RUN cargo book setup --cpu
CMD ["bash"]
