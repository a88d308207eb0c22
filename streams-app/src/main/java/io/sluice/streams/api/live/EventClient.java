package io.sluice.streams.api.live;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A client that stays connected. Writing never blocks: what a slow client has not taken yet waits,
 * the newest event of each kind and subject only. Thread-safe.
 */
public final class EventClient implements WriteListener {
  private final ServletOutputStream out;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Map<String, byte[]> waiting = new LinkedHashMap<>();
  private boolean isOpen;
  private boolean isUnflushed;

  EventClient(ServletOutputStream out) {
    this.out = out;
  }

  /** Completes when the client is gone, or has been sent away. Callers must not complete it. */
  public CompletableFuture<Void> closed() {
    return closed;
  }

  /** Sends an event as soon as the client takes it. */
  public synchronized void send(Event event) {
    String key = event.name() + " " + event.subject();
    waiting.remove(key);
    waiting.put(key, event.bytes());
    write();
  }

  /** Sends the client away. */
  public void close() {
    closed.complete(null);
  }

  @Override
  public synchronized void onWritePossible() {
    isOpen = true;
    write();
  }

  @Override
  public void onError(Throwable failure) {
    close();
  }

  private void write() {
    if (!isOpen || closed.isDone()) {
      return;
    }
    try {
      while (out.isReady()) {
        Iterator<byte[]> next = waiting.values().iterator();
        if (next.hasNext()) {
          byte[] event = next.next();
          next.remove();
          isUnflushed = true;
          out.write(event);
        } else if (isUnflushed) {
          isUnflushed = false;
          out.flush();
        } else {
          return;
        }
      }
    } catch (IOException e) {
      close();
    }
  }
}
