# phiscan, the loader and glibc, and nothing else: no shell, no package manager, no root.
#
# The project's tests have no Docker, so this file itself is not built by them. They build and start what
# it copies: `cargo xtask dist` makes the folder `bare-root` and starts phiscan with it as its root, and
# tests/tests/dist.rs scans in it as the user below, who can write to one folder only.
#
#   docker build --tag phiscan .
#   docker run --rm --read-only --network none --cap-drop ALL --security-opt no-new-privileges \
#     --volume "$PWD/exports:/in:ro" --volume "$PWD/phiscan-out:/out" \
#     --volume "$PWD/token.key:/token.key:ro" phiscan scan /in --out /out --token-key /token.key

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# .git stays outside, so the time of the archive's entries is set here.
ARG SOURCE_DATE_EPOCH=1700000000
RUN SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" cargo xtask dist
# The image hands on glibc, so it hands on glibc's licence.
RUN install -D -m 644 /usr/share/doc/libc6/copyright target/dist/bare-root/usr/share/doc/libc6/copyright

FROM scratch
COPY --from=build /src/target/dist/bare-root/ /
USER 65532:65532
ENTRYPOINT ["/usr/bin/phiscan"]
CMD ["--help"]
