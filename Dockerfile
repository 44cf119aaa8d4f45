# The repository with everything installed, for the CPU:
#
#   docker build --tag book .
#   docker run -it --init --name book --publish 127.0.0.1:8888:8888 book
#
# In it README.md's commands work: `cargo book figures 03`, `cargo book notebook -- --ip 0.0.0.0 --no-browser`. What they
# make and compile stays in the container, which goes on with `docker start --attach --interactive book`. The gallery is
# copied out of it with
#
#   docker cp book:/home/reader/book/figures .
#
# With an NVIDIA GPU and NVIDIA's container toolkit, add `--gpus all` to `docker run`, and begin with `cargo book setup
# --cuda`: libtorch with CUDA is installed in a running container, where the driver is.

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
