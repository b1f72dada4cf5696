// SCIMMY (https://github.com/scimmyjs/scimmy), a SCIM library for Node.js, with its own routers for Express: the
// least that a user of it would write. Users and groups are in maps, with an index of user names; SCIMMY does the rest,
// PATCH included. Express 4: under Express 5 these routers ignore startIndex and count.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const users = new Map();
const names = new Map(); // folded userName → id
const groups = new Map();

const stored = (map, resource, data) => {
	const now = new Date();
	const id = resource.id ?? randomUUID();
	const kept = { ...JSON.parse(JSON.stringify(data)), id, meta: { created: map.get(id)?.meta.created ?? now, lastModified: now } };
	map.set(id, kept);
	return kept;
};

const found = (map, resource) => {
	if (resource.id) {
		if (!map.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `no resource ${resource.id}`);
		return map.get(resource.id);
	}
	// SCIMMY cuts a page itself, but it would first render every resource for that.
	const { startIndex = 1, count = 20 } = resource.constraints ?? {};
	Object.assign((resource.constraints ??= {}), { startIndex, count, totalResults: map.size });
	const page = [];
	let at = 1;
	for (const one of map.values()) {
		if (page.length === count) break;
		if (at++ >= startIndex) page.push(one);
	}
	return page;
};

SCIMMY.Resources.declare(SCIMMY.Resources.User, {
	ingress: (resource, data) => {
		const name = data.userName.toLowerCase();
		if (names.has(name) && names.get(name) !== resource.id) throw new SCIMMY.Types.Error(409, "uniqueness", "userName is taken");
		const user = stored(users, resource, data);
		names.set(name, user.id);
		return user;
	},
	egress: (resource) => {
		if (resource.id || !resource.filter) return found(users, resource); // SCIMMY has a filter for an id, too
		const [comparator, name] = resource.filter[0]?.userName ?? [];
		if (comparator !== "eq") throw new SCIMMY.Types.Error(400, "invalidFilter", "only userName eq is supported");
		const user = users.get(names.get(name.toLowerCase()));
		return user ? [user] : [];
	},
	degress: (resource) => users.delete(resource.id), // no case uses it
});
SCIMMY.Resources.declare(SCIMMY.Resources.Group, {
	ingress: (resource, data) => stored(groups, resource, data),
	egress: (resource) => found(groups, resource),
	degress: (resource) => groups.delete(resource.id), // no case uses it
});

const app = express();
app.use("/scim", new SCIMMYRouters({
	type: "bearer",
	handler: (request) => {
		if (!request.header("Authorization")?.startsWith("Bearer ")) throw new Error("no credential");
	},
}));
const server = app.listen(0, "127.0.0.1", () => {
	console.log(`base URL  http://127.0.0.1:${server.address().port}/scim\nready`);
});
// The clients keep their connections. By default Node.js closes one after 5 seconds, even if a request waits on it
// while eight changes of a large group take longer than that.
server.keepAliveTimeout = 120_000;
