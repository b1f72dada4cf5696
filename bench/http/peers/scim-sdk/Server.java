import de.captaingoldfish.scim.sdk.common.constants.enums.Comparator;
import de.captaingoldfish.scim.sdk.common.constants.enums.HttpMethod;
import de.captaingoldfish.scim.sdk.common.constants.enums.SortOrder;
import de.captaingoldfish.scim.sdk.common.exceptions.ConflictException;
import de.captaingoldfish.scim.sdk.common.exceptions.NotImplementedException;
import de.captaingoldfish.scim.sdk.common.exceptions.ResourceNotFoundException;
import de.captaingoldfish.scim.sdk.common.resources.Group;
import de.captaingoldfish.scim.sdk.common.resources.ResourceNode;
import de.captaingoldfish.scim.sdk.common.resources.ServiceProvider;
import de.captaingoldfish.scim.sdk.common.resources.User;
import de.captaingoldfish.scim.sdk.common.resources.complex.FilterConfig;
import de.captaingoldfish.scim.sdk.common.resources.complex.Meta;
import de.captaingoldfish.scim.sdk.common.resources.complex.PatchConfig;
import de.captaingoldfish.scim.sdk.common.response.ScimResponse;
import de.captaingoldfish.scim.sdk.common.schemas.SchemaAttribute;
import de.captaingoldfish.scim.sdk.server.endpoints.Context;
import de.captaingoldfish.scim.sdk.server.endpoints.ResourceEndpoint;
import de.captaingoldfish.scim.sdk.server.endpoints.ResourceHandler;
import de.captaingoldfish.scim.sdk.server.endpoints.base.GroupEndpointDefinition;
import de.captaingoldfish.scim.sdk.server.endpoints.base.UserEndpointDefinition;
import de.captaingoldfish.scim.sdk.server.filter.AttributeExpressionLeaf;
import de.captaingoldfish.scim.sdk.server.filter.FilterNode;
import de.captaingoldfish.scim.sdk.server.response.PartialListResponse;
import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SCIM-SDK (https://github.com/Captain-P-Goldfish/SCIM-SDK), a SCIM library for Java, under Undertow: the least that a
 * user of it would write. Users and groups are in maps, with an index of user names; SCIM-SDK does the rest, PATCH
 * included. As in its own examples, a resource is handed out without a copy.
 */
public final class Server {

  /** Keeps resources of one type in memory, in the order in which they were made. */
  private abstract static class Memory<T extends ResourceNode> extends ResourceHandler<T> {
    final Map<String, T> byId = new ConcurrentHashMap<>();
    private final List<String> order = new ArrayList<>();

    @Override
    public T createResource(T resource, Context context) {
      resource.setId(UUID.randomUUID().toString());
      Meta meta = resource.getMeta().get(); // SCIM-SDK has filled in the rest
      meta.setCreated(Instant.now());
      meta.setLastModified(Instant.now());
      byId.put(resource.getId().get(), resource);
      synchronized (order) {
        order.add(resource.getId().get());
      }
      return resource;
    }

    @Override
    public T getResource(String id, List<SchemaAttribute> attributes, List<SchemaAttribute> excluded, Context context) {
      T resource = byId.get(id);
      if (resource == null) {
        throw new ResourceNotFoundException("no resource " + id);
      }
      return resource;
    }

    @Override
    public PartialListResponse<T> listResources(long startIndex, int count, FilterNode filter, SchemaAttribute sortBy,
        SortOrder sortOrder, List<SchemaAttribute> attributes, List<SchemaAttribute> excluded, Context context) {
      synchronized (order) {
        int from = (int) Math.min(startIndex - 1, order.size());
        List<T> page = order.subList(from, Math.min(from + count, order.size())).stream().map(byId::get).toList();
        return PartialListResponse.<T>builder().resources(page).totalResults(order.size()).build();
      }
    }

    @Override
    public T updateResource(T resource, Context context) {
      resource.getMeta().ifPresent(meta -> meta.setLastModified(Instant.now()));
      byId.put(resource.getId().get(), resource);
      return resource;
    }

    @Override
    public void deleteResource(String id, Context context) {
      throw new NotImplementedException("no case uses it");
    }
  }

  private static final class Groups extends Memory<Group> {}

  private static final class Users extends Memory<User> {
    private final Map<String, String> names = new ConcurrentHashMap<>(); // folded userName to id

    @Override
    public User createResource(User user, Context context) {
      String name = fold(user.getUserName().get());
      if (names.putIfAbsent(name, "") != null) {
        throw new ConflictException("userName is taken");
      }
      User made = super.createResource(user, context);
      names.put(name, made.getId().get());
      return made;
    }

    @Override
    public PartialListResponse<User> listResources(long startIndex, int count, FilterNode filter, SchemaAttribute sortBy,
        SortOrder sortOrder, List<SchemaAttribute> attributes, List<SchemaAttribute> excluded, Context context) {
      if (filter == null) {
        return super.listResources(startIndex, count, null, sortBy, sortOrder, attributes, excluded, context);
      }
      if (!(filter instanceof AttributeExpressionLeaf leaf) || leaf.getComparator() != Comparator.EQ
          || !leaf.getShortName().equalsIgnoreCase("userName")) {
        throw new NotImplementedException("only userName eq is supported");
      }
      String id = names.get(fold(leaf.getValue()));
      List<User> found = id == null ? List.of() : List.of(byId.get(id));
      return PartialListResponse.<User>builder().resources(found).totalResults(found.size()).build();
    }

    private static String fold(String name) {
      return name.toLowerCase(Locale.ROOT);
    }
  }

  private final ResourceEndpoint scim = new ResourceEndpoint(
      ServiceProvider.builder().filterConfig(FilterConfig.builder().supported(true).maxResults(1000).build())
          .patchConfig(PatchConfig.builder().supported(true).build()).build(),
      new UserEndpointDefinition(new Users()), new GroupEndpointDefinition(new Groups()));

  /** A PATCH locks the one of its URL: SCIM-SDK reads, changes and writes the resource in three steps. */
  private final Object[] locks = new Object[64];

  private void serve(HttpServerExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange.getRequestHeaders().forEach(header -> headers.put(header.getHeaderName().toString(), header.getFirst()));
    String body = new String(exchange.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    HttpMethod method = HttpMethod.valueOf(exchange.getRequestMethod().toString());
    String query = exchange.getQueryString();
    String url = exchange.getRequestURL() + (query.isEmpty() ? "" : "?" + query);
    synchronized (method == HttpMethod.PATCH ? locks[Math.floorMod(url.hashCode(), locks.length)] : exchange) {
      ScimResponse answer = scim.handleRequest(url, method, body, headers, new Context(null));
      exchange.setStatusCode(answer.getHttpStatus());
      answer.getHttpHeaders().forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
      if (answer.getHttpStatus() != 204) {
        exchange.getResponseSender().send(answer.toString());
      }
    }
  }

  public static void main(String[] args) {
    Server server = new Server();
    Arrays.setAll(server.locks, i -> new Object());
    Undertow http = Undertow.builder().addHttpListener(0, "127.0.0.1").setHandler(new BlockingHandler(server::serve)).build();
    http.start();
    int port = ((InetSocketAddress) http.getListenerInfo().get(0).getAddress()).getPort();
    System.out.println("base URL  http://127.0.0.1:" + port + "/scim/v2\nready");
  }
}
