package io.sluice.streams.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.sluice.streams.api.CandidateLookup.Row;
import io.sluice.streams.api.CandidateReads.HeldBy;
import io.sluice.streams.api.Checks.Forms;
import io.sluice.streams.api.Checks.TaskCheck;
import io.sluice.streams.api.LetterReads.LettersView;
import io.sluice.streams.api.TaskReads.QueriesView;
import io.sluice.streams.api.Writes.CandidatesTaken;
import io.sluice.streams.api.Writes.Retracted;
import io.sluice.streams.api.Writes.TaskPut;
import io.sluice.streams.api.Writes.TaskRemoved;
import java.util.List;
import java.util.Optional;

/**
 * The routes of the API and the page. The file openapi.json describes those of them that are for
 * everybody.
 */
final class ApiRoutes {
  /** Of the page. */
  private static final List<Route> PAGE =
      List.of(
          get("/", (h, request) -> h.page().index(request)),
          get("/assets/{name}", (h, request) -> h.page().asset(request)));

  /** Which instances ask of one another. */
  private static final List<Route> INTERNAL =
      List.of(
          get("/api/tasks/{id}/rows", (h, request) -> h.lookup().row(request), Row.class),
          get(
              "/api/tasks/{id}/place",
              (h, request) -> h.candidates().place(request),
              HeldBy.class));

  private static final List<Route> PUBLIC =
      List.of(
          get("/api/overview", (h, request) -> h.overview().respond(request), OverviewView.class),
          get("/api/events", (h, request) -> h.events().connect(request)),
          get("/api/openapi.json", (h, request) -> OpenApi.respond(request)),
          get("/api/forms", (h, request) -> h.checks().forms(request), Forms.class),
          get("/api/tasks", (h, request) -> h.reads().tasks(request)),
          get("/api/tasks/{id}", (h, request) -> h.subsets().task(request), TaskView.class),
          put("/api/tasks/{id}", (h, request) -> h.writes().putTask(request), TaskPut.class),
          delete(
              "/api/tasks/{id}", (h, request) -> h.writes().removeTask(request), TaskRemoved.class),
          post("/api/tasks/{id}/check", (h, request) -> h.checks().task(request), TaskCheck.class),
          get("/api/tasks/{id}/definition", (h, request) -> h.tasks().definition(request)),
          get(
              "/api/tasks/{id}/queries",
              (h, request) -> h.tasks().queries(request),
              QueriesView.class),
          get("/api/tasks/{id}/selected", (h, request) -> h.subsets().selected(request)),
          get("/api/tasks/{id}/download", (h, request) -> h.downloads().subset(request)),
          get("/api/tasks/{id}/explain", (h, request) -> h.subsets().explain(request)),
          get(
              "/api/tasks/{id}/scores",
              (h, request) -> h.subsets().scores(request),
              ScoresView.class),
          get(
              "/api/tasks/{id}/shares",
              (h, request) -> h.shares().shares(request),
              SharesView.class),
          get(
              "/api/tasks/{id}/history",
              (h, request) -> h.tasks().history(request),
              HistoryView.class),
          get(
              "/api/tasks/{id}/changes",
              (h, request) -> h.tasks().changes(request),
              ChangesView.class),
          post("/api/tasks/{id}/jobs", (h, request) -> h.jobWrites().fire(request), JobView.class),
          get(
              "/api/tasks/{id}/jobs/{job}",
              (h, request) -> h.jobs().jobOfTask(request),
              JobDetailView.class),
          get("/api/jobs", (h, request) -> h.reads().jobs(request)),
          get("/api/results", (h, request) -> h.reads().results(request)),
          get("/api/jobs/{id}", (h, request) -> h.jobs().job(request), JobDetailView.class),
          delete("/api/jobs/{id}", (h, request) -> h.jobWrites().cancel(request), JobView.class),
          get(
              "/api/jobs/{id}/distance",
              (h, request) -> h.jobs().distance(request),
              DistanceView.class),
          get("/api/jobs/{id}/download", (h, request) -> h.downloads().dataset(request)),
          post(
              "/api/candidates",
              (h, request) -> h.writes().postCandidates(request),
              CandidatesTaken.class),
          delete(
              "/api/candidates/<id>",
              (h, request) -> h.writes().retractCandidate(request),
              Retracted.class),
          get("/api/candidate", (h, request) -> h.candidates().candidate(request)),
          delete(
              "/api/candidate",
              (h, request) -> h.writes().retractAnyCandidate(request),
              Retracted.class),
          post("/api/examples/check", (h, request) -> h.checks().examples(request)),
          get("/api/dead-letters", (h, request) -> h.letters().letters(request), LettersView.class),
          post("/api/token", (h, request) -> request.status(HttpStatus.NO_CONTENT)));

  private ApiRoutes() {}

  /** The routes that clients may rely on. */
  static List<Route> forEverybody() {
    return PUBLIC;
  }

  /** Adds all routes to a server. */
  static void addTo(RoutesConfig routes, ApiHandlers handlers) {
    for (List<Route> some : List.of(PAGE, INTERNAL, PUBLIC)) {
      for (Route route : some) {
        routes.addHttpHandler(
            route.method(), route.path(), request -> route.action().handle(handlers, request));
      }
    }
  }

  private static Route get(String path, Action action) {
    return new Route(HandlerType.GET, path, action, Optional.empty());
  }

  private static Route get(String path, Action action, Class<?> answer) {
    return new Route(HandlerType.GET, path, action, Optional.of(answer));
  }

  private static Route put(String path, Action action, Class<?> answer) {
    return new Route(HandlerType.PUT, path, action, Optional.of(answer));
  }

  private static Route post(String path, Action action) {
    return new Route(HandlerType.POST, path, action, Optional.empty());
  }

  private static Route post(String path, Action action, Class<?> answer) {
    return new Route(HandlerType.POST, path, action, Optional.of(answer));
  }

  private static Route delete(String path, Action action, Class<?> answer) {
    return new Route(HandlerType.DELETE, path, action, Optional.of(answer));
  }

  /** Handles a request. */
  interface Action {
    void handle(ApiHandlers handlers, Context request) throws Exception;
  }

  /**
   * A route.
   *
   * @param path as Javalin writes it
   * @param answer what a successful response holds, as JSON; empty when that is written otherwise
   */
  record Route(HandlerType method, String path, Action action, Optional<Class<?>> answer) {}
}
