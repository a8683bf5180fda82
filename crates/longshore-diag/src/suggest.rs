//! The nearest known word to one that is not known.

/// The candidate that a person most likely meant, or `None` if none is near.
///
/// Near means an edit distance (with swapped neighbours as one edit) of at most a third of the word's
/// length, and at least one; or the same word in another case, or its beginning.
///
/// ```
/// use longshore_diag::nearest;
/// assert_eq!(nearest("need", ["name", "needs", "set"]), Some("needs"));
/// assert_eq!(nearest("colour", ["needs"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    within((word.chars().count() / 3).max(1), word, candidates)
}

/// The candidate that a word is most likely a slip of: as [`nearest`], but never more than two edits away. Names that
/// people choose are often long and alike.
///
/// ```
/// use longshore_diag::slip;
/// assert_eq!(slip("shop-web-tsl", ["shop-web-tls"]), Some("shop-web-tls"));
/// assert_eq!(slip("shop-web-tls", ["shop-web-certs"]), None);
/// ```
pub fn slip<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    within((word.chars().count() / 3).clamp(1, 2), word, candidates)
}

fn within<'a>(limit: usize, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = if candidate.eq_ignore_ascii_case(word) {
                0
            } else if word.len() >= 3 && candidate.starts_with(word) {
                1
            } else {
                distance(word, candidate)
            };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let substitute = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substitute.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn swapped_neighbours_count_once() {
        assert_eq!(distance("naem", "name"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn case_is_forgiven_and_far_words_are_not() {
        assert_eq!(nearest("Releases", ["releases"]), Some("releases"));
        assert_eq!(nearest("xyz", ["needs", "values"]), None);
        assert_eq!(nearest("prod", ["dev", "production"]), Some("production"));
    }
}
