#!/usr/bin/env bash
# Evolution in one process, and in two and three that MPI starts: the same seed gives the same controller. Installs OpenMPI
# and libclang with apt where they are missing. Run it in the repository, after `cargo book setup`.
set -euo pipefail

if ! command -v mpirun > /dev/null || ! command -v mpicc > /dev/null || ! ls /usr/lib/llvm-*/lib/libclang*.so* > /dev/null 2>&1; then
    apt-get install --yes --no-install-recommends libopenmpi-dev openmpi-bin libclang-dev
fi
# OpenMPI wants to be asked twice before it runs as root.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

cargo build --package ch08 --features mpi
out=$(mktemp --directory)
trap 'rm -rf "$out"' EXIT
ch08=(target/debug/ch08)
"${ch08[@]}" figures 08_04 --preset smoke --out "$out/first"
controller=run/controller/0001_car_racing/weights/weights.safetensors
settings=(08_05 --preset smoke --set evolve.population=20 --set evolve.episodes=2)
for processes in 1 2 3; do
    cp -r "$out/first" "$out/$processes"
    mpirun --oversubscribe -np "$processes" "${ch08[@]}" "${settings[@]}" --out "$out/$processes"
done
for processes in 2 3; do
    cmp "$out/1/$controller" "$out/$processes/$controller"
done
echo "the same controller with 1, 2 and 3 processes"
