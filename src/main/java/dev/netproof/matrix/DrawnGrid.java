package dev.netproof.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets a table be drawn with an empty corner.
 *
 * <p>YAML takes a block's indentation from its first line. In a table whose corner is empty that is the header, which stands
 * further right than the rows; the block would end with the header, and the rows would be no YAML at all. An indentation
 * indicator ({@code grid: |2}) says what was meant; where the table needs one and has none, the parser is given one.
 */
final class DrawnGrid {
    private static final Pattern START = Pattern.compile("(grid:[ ]*\\|)([+-]?[ ]*(?:[ ]#.*)?)");
    private static final int LARGEST_INDICATOR = 9;

    private DrawnGrid() {}

    /** The lines as they are, but for the indicators. No line becomes another line, so places stay what they are. */
    static List<String> withIndicators(List<String> lines) {
        List<String> result = new ArrayList<>(lines);
        for (int index = 0; index < lines.size(); index++) {
            Matcher start = START.matcher(lines.get(index));
            if (start.matches()) {
                OptionalInt indentation = rowsLeftOfHeader(lines, index + 1);
                if (indentation.isPresent()) {
                    result.set(index, start.group(1) + indentation.getAsInt() + start.group(2));
                }
            }
        }
        return result;
    }

    private static OptionalInt rowsLeftOfHeader(List<String> lines, int from) {
        int header = -1;
        int least = Integer.MAX_VALUE;
        for (String line : lines.subList(from, lines.size())) {
            if (line.isBlank()) {
                continue;
            }
            int indentation = indentation(line);
            if (indentation == 0) {
                break;
            }
            header = header < 0 ? indentation : header;
            least = Math.min(least, indentation);
        }
        return least < header && least <= LARGEST_INDICATOR ? OptionalInt.of(least) : OptionalInt.empty();
    }

    private static int indentation(String line) {
        int spaces = 0;
        while (spaces < line.length() && line.charAt(spaces) == ' ') {
            spaces++;
        }
        return spaces;
    }
}
