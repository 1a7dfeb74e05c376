//! Lines and columns of a document, for errors that say where.

use apollo_compiler::parser::SourceSpan;
use async_graphql::Pos;

/// Finds line and column of any byte of a text without reading it again.
pub(super) struct Places {
    /// Where each line starts.
    lines: Vec<usize>,
    /// How many bytes before each byte only continue a character; empty where every byte is a character.
    continued: Vec<usize>,
}

impl Places {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |at: usize| match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len())
            .filter(|&at| ends_line(at))
            .map(|at| at + 1);
        Self {
            lines: std::iter::once(0).chain(starts).collect(),
            continued: if text.is_ascii() {
                Vec::new()
            } else {
                continued(bytes)
            },
        }
    }

    /// Line and column, from one and in characters, of a byte of the text.
    pub(super) fn at(&self, byte: usize) -> Pos {
        let line = self.lines.partition_point(|&start| start <= byte);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let continued = |at: usize| self.continued.get(at).copied().unwrap_or_default();
        Pos {
            line,
            column: byte - start - (continued(byte) - continued(start)) + 1,
        }
    }

    /// Where something starts that was read from the text.
    pub(super) fn start(&self, span: Option<SourceSpan>) -> Pos {
        span.map_or_else(Pos::default, |span| self.at(span.offset()))
    }
}

fn continued(bytes: &[u8]) -> Vec<usize> {
    let mut before = 0;
    let mut counts = Vec::with_capacity(bytes.len() + 1);
    for byte in bytes {
        counts.push(before);
        before += usize::from(byte & 0b1100_0000 == 0b1000_0000);
    }
    counts.push(before);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_in_characters() {
        let text = "{\n  å ä: b\r\n\r\tc";
        let places = Places::of(text);
        let place = |what: char| {
            let Pos { line, column } = places.at(text.find(what).expect("it is in the text"));
            (line, column)
        };
        assert_eq!(place('{'), (1, 1));
        assert_eq!(place('å'), (2, 3));
        assert_eq!(place('ä'), (2, 5));
        assert_eq!(place('b'), (2, 8));
        assert_eq!(place('\t'), (4, 1));
        assert_eq!(places.at(text.len()), Pos { line: 4, column: 3 });
        assert_eq!(Places::of("").at(0), Pos { line: 1, column: 1 });
    }
}
