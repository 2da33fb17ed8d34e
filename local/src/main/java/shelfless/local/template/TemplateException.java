package shelfless.local.template;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Something in template.yaml that the local runtime cannot follow; the message names its line. */
public final class TemplateException extends RuntimeException {
  TemplateException(Node where, String message) {
    this(where.getStartMark().map(Mark::getLine).orElse(-1) + 1, message);
  }

  TemplateException(int line, String message) {
    super("template.yaml, line " + line + ": " + message);
  }
}
