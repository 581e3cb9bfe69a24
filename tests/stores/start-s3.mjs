// Starts s3rver with one bucket on a free port and prints its address. node start-s3.mjs <folder>
import S3rver from "s3rver";

const server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory: process.argv[2], configureBuckets: [{ name: "evidence", configs: [] }] });
const { port } = await server.run();
console.log(`listening on http://127.0.0.1:${port}`);
