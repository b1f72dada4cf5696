# The image of `scimstack serve`: one static program, no shell, no root. The data is in /data.
#   CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o scimstack ./cmd/scimstack
#   docker build -t scimstack . && docker run -p 8080:8080 -v scimstack:/data scimstack serve --tenant name=acme,idp=okta
FROM scratch
COPY release/image/etc /etc
COPY --chown=65532:65532 release/image/data /data
COPY LICENSE NOTICE /
COPY scimstack /scimstack
ENV SCIMSTACK_ADDR=:8080 SCIMSTACK_STORE=sqlite:/data/scim.db TMPDIR=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 CMD ["/scimstack", "ready"]
ENTRYPOINT ["/scimstack"]
CMD ["serve"]
