// A relay that adds the token from the environment variable TOKEN to every request, for tools that
// cannot send one. Everything else, including Host and Origin, is passed on unchanged.
import http from "node:http";

const target = new URL(process.argv[2]);
const server = http.createServer((req, res) => {
  const headers = { ...req.headers, authorization: `Bearer ${process.env.TOKEN}` };
  const onward = http.request({ host: target.hostname, port: target.port, path: req.url, method: req.method, headers }, (answer) => {
    res.writeHead(answer.statusCode, answer.headers);
    answer.pipe(res);
  });
  onward.on("error", () => res.destroy());
  req.pipe(onward);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
