package dev.netproof.matrix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Builds documents from the parser's events.
 *
 * <p>From events and not from the library's own nodes, because there an alias has become the node that it names: its place is
 * lost, and walking the result is what an alias bomb waits for. Here an alias is refused where it stands.
 */
final class YamlComposer {
    /** A matrix needs six levels. */
    private static final int DEEPEST = 24;

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setCodePointLimit(2 * SourceFile.MOST_BYTES)
            .build();

    private final SourceFile file;
    private final ParserImpl parser;
    private final ScalarResolver resolver = SETTINGS.getSchema().getScalarResolver();
    private final Set<String> aliases = new HashSet<>();
    private Diagnostics findings;

    private YamlComposer(SourceFile file) {
        this.file = file;
        this.parser = new ParserImpl(
                SETTINGS, new StreamReader(SETTINGS, String.join("\n", DrawnGrid.withIndicators(file.lines()))));
        this.findings = new Diagnostics(file);
    }

    /** All documents up to the first that is no YAML; that one is {@link YamlNode.Refused}. */
    static List<YamlDocument> compose(SourceFile file) {
        return new YamlComposer(file).documents();
    }

    private List<YamlDocument> documents() {
        List<YamlDocument> documents = new ArrayList<>();
        try {
            while (parser.hasNext()) {
                if (parser.next().getEventId() == Event.ID.DocumentStart) {
                    documents.add(new YamlDocument(documents.size() + 1, node(parser.next(), 0), findings));
                    findings = new Diagnostics(file);
                    aliases.clear();
                }
            }
        } catch (TooDeep tooDeep) {
            findings.add(tooDeep.span, Problems.tooDeep(DEEPEST));
            documents.add(broken(documents.size() + 1, tooDeep.span));
        } catch (MarkedYamlEngineException notYaml) {
            documents.add(broken(documents.size() + 1, syntax(notYaml)));
        } catch (YamlEngineException notYaml) {
            findings.add(Span.NOWHERE, Problems.syntax("", String.valueOf(notYaml.getMessage())));
            documents.add(broken(documents.size() + 1, Span.NOWHERE));
        }
        return documents;
    }

    private Span syntax(MarkedYamlEngineException notYaml) {
        Optional<Span> start = notYaml.getContextMark().map(mark -> span(mark, mark));
        Span end = notYaml.getProblemMark()
                .map(mark -> span(mark, mark))
                .or(() -> start)
                .orElse(Span.NOWHERE);
        Optional<Span> tab = tabBefore(end);
        if (tab.isPresent()) {
            findings.add(tab.get(), Problems.tab());
            return tab.get();
        }
        String context = Optional.ofNullable(notYaml.getContext()).orElse("");
        String said = Optional.ofNullable(notYaml.getProblem()).orElse(context);
        Problem problem = Problems.syntax(context, said);
        boolean enclosed = context.contains("flow") || context.contains("quoted");
        boolean atEnd =
                end.line() >= file.lines().size() || file.line(end.line()).isBlank();
        if (start.isPresent() && (said.contains("could not find expected ':'") || (enclosed && atEnd))) {
            // The parser noticed later than a person would.
            findings.add(start.get(), problem);
        } else if (start.isPresent() && enclosed) {
            findings.add(end, problem, start.get(), "it begins here");
        } else {
            findings.add(end, problem);
        }
        return end;
    }

    private YamlDocument broken(int number, Span span) {
        return new YamlDocument(number, new YamlNode.Refused(span), findings);
    }

    /** Tabs may stand inside a line but not indent it, and the parser's own words for that are hard to understand. */
    private Optional<Span> tabBefore(Span span) {
        String line = file.line(span.line());
        int tab = line.indexOf('\t');
        return tab >= 0 && tab < span.column() && line.substring(0, tab).isBlank()
                ? Optional.of(new Span(span.line(), tab + 1, 1))
                : Optional.empty();
    }

    private YamlNode node(Event event, int depth) {
        if (event instanceof AliasEvent alias) {
            String name = alias.getAlias().getValue();
            if (aliases.add(name)) {
                findings.add(span(event), Problems.alias(name));
            }
            return new YamlNode.Refused(span(event));
        }
        if (depth > DEEPEST) {
            throw new TooDeep(span(event));
        }
        if (event instanceof NodeEvent anchored && anchored.getAnchor().isPresent()) {
            String anchor = anchored.getAnchor().get().getValue();
            findings.add(spanOf("&" + anchor, event), Problems.anchor(anchor));
        }
        if (event instanceof SequenceStartEvent list) {
            list.getTag().ifPresent(tag -> findings.add(span(event), Problems.tag(tag)));
            return sequence(event, depth);
        }
        if (event instanceof MappingStartEvent mapping) {
            mapping.getTag().ifPresent(tag -> findings.add(span(event), Problems.tag(tag)));
            return mapping(event, depth);
        }
        return scalar((ScalarEvent) event);
    }

    private YamlNode sequence(Event start, int depth) {
        List<YamlNode> items = new ArrayList<>();
        Event event = parser.next();
        while (event.getEventId() != Event.ID.SequenceEnd) {
            items.add(node(event, depth + 1));
            event = parser.next();
        }
        return new YamlNode.Sequence(span(start.getStartMark(), event.getEndMark()), items);
    }

    private YamlNode mapping(Event start, int depth) {
        List<YamlNode.Entry> entries = new ArrayList<>();
        Map<String, Span> seen = new HashMap<>();
        Event event = parser.next();
        while (event.getEventId() != Event.ID.MappingEnd) {
            YamlNode key = node(event, depth + 1);
            YamlNode value = node(parser.next(), depth + 1);
            if (key instanceof YamlNode.Scalar scalar) {
                Span first = seen.putIfAbsent(scalar.value(), scalar.span());
                if (scalar.value().equals(YamlNode.MERGE_KEY)) {
                    findings.add(scalar.span(), Problems.mergeKey());
                    entries.add(new YamlNode.Entry(scalar.text(), new YamlNode.Refused(value.span())));
                } else if (first != null) {
                    findings.add(scalar.span(), Problems.duplicateKey(scalar.value()), first, "the first one");
                } else {
                    entries.add(new YamlNode.Entry(scalar.text(), value));
                }
            } else if (!(key instanceof YamlNode.Refused)) {
                findings.add(key.span(), Problems.keyIsNoText());
            }
            event = parser.next();
        }
        return new YamlNode.Mapping(span(start.getStartMark(), event.getEndMark()), entries);
    }

    private YamlNode scalar(ScalarEvent event) {
        Span span = span(event);
        if (event.getTag().isPresent()) {
            findings.add(span, Problems.tag(event.getTag().get()));
            return new YamlNode.Refused(span);
        }
        if (event.getValue().contains("${")) {
            findings.add(
                    findings.isFull()
                            ? span
                            : file.find("${", span).map(this::toBrace).orElse(span),
                    Problems.variable());
            return new YamlNode.Refused(span);
        }
        return new YamlNode.Scalar(span, event.getValue(), type(event), style(event.getScalarStyle()));
    }

    private YamlNode.Type type(ScalarEvent event) {
        if (!event.isPlain()) {
            return YamlNode.Type.TEXT;
        }
        Tag tag = resolver.resolve(event.getValue(), true);
        if (tag.equals(Tag.NULL)) {
            return YamlNode.Type.NOTHING;
        } else if (tag.equals(Tag.BOOL)) {
            return YamlNode.Type.TRUE_OR_FALSE;
        } else if (tag.equals(Tag.INT)) {
            return YamlNode.Type.WHOLE_NUMBER;
        }
        return tag.equals(Tag.FLOAT) ? YamlNode.Type.NUMBER : YamlNode.Type.TEXT;
    }

    private static YamlNode.Style style(ScalarStyle style) {
        return switch (style) {
            case LITERAL -> YamlNode.Style.LITERAL;
            case FOLDED -> YamlNode.Style.FOLDED;
            case SINGLE_QUOTED, DOUBLE_QUOTED, JSON_SCALAR_STYLE -> YamlNode.Style.QUOTED;
            case PLAIN -> YamlNode.Style.PLAIN;
        };
    }

    private Span toBrace(Span start) {
        return file.find("}", start)
                .filter(end -> end.line() == start.line())
                .map(end -> start.part(0, end.column() - start.column() + 1))
                .orElse(start);
    }

    private Span spanOf(String word, Event event) {
        Span span = span(event);
        return findings.isFull()
                ? span
                : file.find(word, new Span(span.line(), 1, 1)).orElse(span);
    }

    private Span span(Event event) {
        return span(event.getStartMark(), event.getEndMark());
    }

    private Span span(Optional<Mark> start, Optional<Mark> end) {
        return start.map(from -> span(from, end.orElse(from))).orElse(Span.NOWHERE);
    }

    private static int length(String line) {
        return line.codePointCount(0, line.length());
    }

    private Span span(Mark start, Mark end) {
        // The rest of the line is looked at only where it is needed: a line can be as long as the file.
        int width = start.getLine() == end.getLine()
                ? end.getColumn() - start.getColumn()
                : length(file.line(start.getLine() + 1).stripTrailing()) - start.getColumn();
        return new Span(start.getLine() + 1, start.getColumn() + 1, Math.max(1, width));
    }

    /** Unwinds the recursion. Never leaves this class. */
    @SuppressWarnings("serial")
    private static final class TooDeep extends RuntimeException {
        private final Span span;

        TooDeep(Span span) {
            super("nested too deep", null, false, false);
            this.span = span;
        }
    }
}
