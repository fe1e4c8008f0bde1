package dev.netproof.matrix;

import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table that people draw: a header of destinations, a row for each source.
 *
 * <p>Read from the file's lines and not from YAML's value of the block, so that every cell keeps its line and column.
 */
final class Grid {
    private static final Pattern WORD = Pattern.compile("\\S+");
    /** What may stand in the corner, for readers of YAML that know nothing of {@link DrawnGrid}. */
    private static final String CORNER = "from";

    private static final String NOT_ASKED = "-";

    private final Diagnostics findings;
    private final References references;

    Grid(Diagnostics findings, References references) {
        this.findings = findings;
        this.references = references;
    }

    /** A cell that asks something. */
    record Cell(Source source, Destination destination, Expectation expectation, Span span) {}

    List<Cell> read(YamlNode node) {
        if (!(node instanceof YamlNode.Scalar block) || block.style() != YamlNode.Style.LITERAL) {
            findings.add(node.span(), Problems.gridIsNoBlock());
            return List.of();
        }
        List<List<Text>> rows = rows(block);
        if (rows.size() < 2) {
            findings.add(block.span(), Problems.emptyGrid());
            return List.of();
        }
        List<Text> header = withoutCorner(rows.get(0));
        if (header.isEmpty()) {
            findings.add(block.span(), Problems.emptyGrid());
            return List.of();
        }
        List<Optional<Destination>> columns = columns(header);
        Map<String, Span> seen = new HashMap<>();
        List<Cell> cells = new ArrayList<>();
        for (List<Text> row : rows.subList(1, rows.size())) {
            Text first = row.get(0);
            Span other = seen.putIfAbsent(first.value(), first.span());
            Optional<Source> source = other == null ? references.source(first) : Optional.empty();
            if (other != null) {
                findings.add(first.span(), Problems.duplicateRow(first.value()), other, "the first row");
            }
            cells.addAll(cells(header, columns, source, row.subList(1, row.size()), first));
        }
        return cells;
    }

    private static List<Text> withoutCorner(List<Text> header) {
        return header.get(0).value().equals(CORNER) ? header.subList(1, header.size()) : header;
    }

    private List<Optional<Destination>> columns(List<Text> header) {
        Map<String, Span> seen = new HashMap<>();
        List<Optional<Destination>> columns = new ArrayList<>();
        for (Text column : header) {
            Span other = seen.putIfAbsent(column.value(), column.span());
            columns.add(other == null ? references.destination(column) : Optional.empty());
            if (other != null) {
                findings.add(column.span(), Problems.duplicateColumn(column.value()), other, "the first column");
            }
        }
        return columns;
    }

    private List<Cell> cells(
            List<Text> header,
            List<Optional<Destination>> columns,
            Optional<Source> source,
            List<Text> words,
            Text row) {
        if (words.size() > header.size()) {
            Text surplus = words.get(header.size());
            Text last = words.get(words.size() - 1);
            int width =
                    last.span().column() + last.span().width() - surplus.span().column();
            findings.add(
                    new Span(surplus.span().line(), surplus.span().column(), width),
                    Problems.rowTooLong(words.size(), header.size()),
                    header(header),
                    "the columns");
        } else if (words.size() < header.size()) {
            Span last =
                    words.isEmpty() ? row.span() : words.get(words.size() - 1).span();
            findings.add(
                    new Span(last.line(), last.column() + last.width(), 1),
                    Problems.rowTooShort(words.size(), header.size()),
                    header(header),
                    "the columns");
        }
        List<Cell> cells = new ArrayList<>();
        for (int column = 0; column < Math.min(words.size(), header.size()); column++) {
            Text word = words.get(column);
            if (word.value().equals(NOT_ASKED)) {
                continue;
            }
            Optional<Expectation> expectation = Expectations.of(word.value());
            if (expectation.isEmpty()) {
                findings.add(word.span(), Problems.unknownCell(word.value()));
            } else if (source.isPresent() && columns.get(column).isPresent()) {
                cells.add(new Cell(source.get(), columns.get(column).get(), expectation.get(), word.span()));
            }
        }
        return cells;
    }

    private static Span header(List<Text> header) {
        Span first = header.get(0).span();
        Span last = header.get(header.size() - 1).span();
        return new Span(first.line(), first.column(), last.column() + last.width() - first.column());
    }

    private List<List<Text>> rows(YamlNode.Scalar block) {
        int first = block.span().line() + 1;
        int count = (int) block.value().lines().count();
        List<List<Text>> rows = new ArrayList<>();
        for (int number = first; number < first + count; number++) {
            List<Text> words = words(number);
            if (!words.isEmpty()) {
                rows.add(words);
            }
        }
        return rows;
    }

    private List<Text> words(int number) {
        String line = findings.file().line(number);
        List<Text> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        int counted = 0;
        int column = 1;
        while (matcher.find() && !matcher.group().startsWith("#")) {
            String word = matcher.group();
            // On from the last word: a line can be as long as the file.
            column += line.codePointCount(counted, matcher.start());
            counted = matcher.start();
            words.add(new Text(new Span(number, column, word.codePointCount(0, word.length())), word));
        }
        return words;
    }
}
