import de.captaingoldfish.scim.sdk.client.ScimClientConfig;
import de.captaingoldfish.scim.sdk.client.ScimRequestBuilder;
import de.captaingoldfish.scim.sdk.client.response.ServerResponse;
import de.captaingoldfish.scim.sdk.common.constants.enums.Comparator;
import de.captaingoldfish.scim.sdk.common.constants.enums.PatchOp;
import de.captaingoldfish.scim.sdk.common.resources.Group;
import de.captaingoldfish.scim.sdk.common.resources.User;
import de.captaingoldfish.scim.sdk.common.resources.complex.Name;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Member;
import de.captaingoldfish.scim.sdk.common.response.ListResponse;
import java.util.List;
import java.util.Map;

/**
 * Drives the client of SCIM-SDK through the life of a user and a group: LifeCycle BASE TOKEN, where BASE is the base
 * URL of an empty tenant. It prints a line for each step: the client, the step, ok or FAIL, and a detail, separated by
 * tabs. A step fails if the client does not report success, or if the state is not the one that was asked for.
 */
public final class LifeCycle {

  private static final String USERS = "/Users";
  private static final String GROUPS = "/Groups";

  private final ScimRequestBuilder scim;
  private String user = "missing";
  private String group = "missing";

  private LifeCycle(ScimRequestBuilder scim) {
    this.scim = scim;
  }

  /** A step: it throws if it fails. */
  private interface Step {
    void run() throws Exception;
  }

  public static void main(String[] args) {
    var config = ScimClientConfig.builder().connectTimeout(5).requestTimeout(10).socketTimeout(10)
        .httpHeaders(Map.of("Authorization", "Bearer " + args[1])).build();
    try (var scim = new ScimRequestBuilder(args[0], config)) {
      new LifeCycle(scim).play();
    }
  }

  private void play() {
    step("create-user", this::createUser);
    step("get-user", () -> want(getUser().getName().flatMap(Name::getGivenName).orElse("").equals("Ada")));
    step("patch-user", () -> {
      done(scim.patch(User.class, USERS, user).addOperation().op(PatchOp.REPLACE).path("active").value("false").build()
          .sendRequest());
      want(!getUser().isActive().orElse(true));
    });
    step("patch-user-without-path", () -> {
      done(scim.patch(User.class, USERS, user).addOperation().op(PatchOp.REPLACE)
          .valueNode(User.builder().nickName("Countess").build()).build().sendRequest());
      want(getUser().getNickName().orElse("").equals("Countess"));
    });
    step("list-filter", () -> {
      ListResponse<User> found = done(
          scim.list(User.class, USERS).filter("userName", Comparator.EQ, "ada@corp.example").build().get().sendRequest());
      want(found.getTotalResults() == 1 && found.getListedResources().get(0).getId().orElse("").equals(user));
    });
    step("create-group", () -> {
      Group created = done(scim.create(Group.class, GROUPS)
          .setResource(Group.builder().displayName("Engineers").build()).sendRequest());
      group = created.getId().orElseThrow();
    });
    step("add-member", () -> {
      done(scim.patch(Group.class, GROUPS, group).addOperation().op(PatchOp.ADD).path("members")
          .valueNode(Member.builder().value(user).type("User").build()).build().sendRequest());
      want(members().size() == 1 && members().get(0).getValue().orElse("").equals(user));
    });
    step("remove-member", () -> {
      done(scim.patch(Group.class, GROUPS, group).addOperation().op(PatchOp.REMOVE)
          .path("members[value eq \"" + user + "\"]").build().sendRequest());
      want(members().isEmpty());
    });
    step("delete-group", () -> done(scim.delete(Group.class, GROUPS, group).sendRequest()));
    step("delete-user", () -> {
      done(scim.delete(User.class, USERS, user).sendRequest());
      want(scim.get(User.class, USERS, user).sendRequest().getHttpStatus() == 404);
    });
  }

  private void createUser() {
    User created = done(scim.create(User.class, USERS).setResource(User.builder().userName("ada@corp.example")
        .name(Name.builder().givenName("Ada").familyName("Lovelace").build()).active(true).build()).sendRequest());
    user = created.getId().orElseThrow();
  }

  private User getUser() {
    return done(scim.get(User.class, USERS, user).sendRequest());
  }

  private List<Member> members() {
    return done(scim.get(Group.class, GROUPS, group).sendRequest()).getMembers();
  }

  /** Returns the resource of a response that the client calls a success. */
  private static <T extends de.captaingoldfish.scim.sdk.common.resources.base.ScimObjectNode> T done(
      ServerResponse<T> response) {
    if (!response.isSuccess()) {
      throw new IllegalStateException("status " + response.getHttpStatus() + ", not a success: "
          + response.getResponseBody());
    }
    return response.getResource();
  }

  private static void want(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("another state than expected");
    }
  }

  private static void step(String name, Step step) {
    String result = "ok\t";
    try {
      step.run();
    } catch (Exception e) {
      result = "FAIL\t" + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }
    System.out.println("scim-sdk\t" + name + "\t" + result);
  }
}
