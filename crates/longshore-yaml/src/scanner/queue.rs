//! Tokens on their way to the parser.
//!
//! A token is written into its place field by field, and its text is taken out of there: tokens are never moved as a
//! whole, which would cost more than most of them take to be found.

use crate::error::Mark;
use crate::token::{Piece, TagToken, Token, TokenKind};

/// Places that there are from the start.
const PLACES: usize = 32;

/// Tokens in order; new ones come at the end, or before others as long as these have not been taken.
#[derive(Debug)]
pub(super) struct Queue {
    /// Those before `head` were taken, those from `tail` on are free.
    places: Vec<Token>,
    head: usize,
    tail: usize,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| Token::default()).collect(), head: 0, tail: 0 }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.tail - self.head
    }

    /// The first token, if there is one.
    #[inline]
    pub(super) fn front(&self) -> Option<&Token> {
        self.places[..self.tail].get(self.head)
    }

    /// The first token, to take its text out.
    #[inline]
    pub(super) fn front_mut(&mut self) -> Option<&mut Token> {
        self.places[..self.tail].get_mut(self.head)
    }

    /// The last token, and those before it.
    #[inline]
    pub(super) fn newest(&self, back: usize) -> Option<&Token> {
        self.places[self.head..self.tail].iter().rev().nth(back)
    }

    /// Forgets the first token.
    #[inline]
    pub(super) fn pop(&mut self) {
        self.head += usize::from(self.head < self.tail);
        if self.head == self.tail {
            (self.head, self.tail) = (0, 0);
        }
    }

    /// Appends a token that carries nothing.
    #[inline]
    pub(super) fn push(&mut self, kind: TokenKind, start: Mark, width: u8) {
        let place = self.place();
        place.kind = kind;
        place.width = width;
        place.start = start;
    }

    /// Appends a token with a text.
    #[inline]
    pub(super) fn push_text(&mut self, kind: TokenKind, start: Mark, text: Piece) {
        self.push(kind, start, 0);
        self.places[self.tail - 1].text = text;
    }

    /// Appends a tag or a directive.
    pub(super) fn push_tag(&mut self, kind: TokenKind, start: Mark, tag: Option<Box<TagToken>>) {
        self.push(kind, start, 0);
        self.places[self.tail - 1].tag = tag;
    }

    /// Puts a token that carries nothing, and is not in the text, before the one at `place`; at the end, if there is
    /// none.
    pub(super) fn insert(&mut self, place: Option<usize>, kind: TokenKind, start: Mark) {
        self.push(kind, start, 0);
        if let Some(place) = place
            && place < self.len()
        {
            self.places[self.head + place..self.tail].rotate_right(1);
        }
    }

    /// The next free place.
    #[inline]
    fn place(&mut self) -> &mut Token {
        if self.tail == self.places.len() {
            self.make_room();
        }
        self.tail += 1;
        &mut self.places[self.tail - 1]
    }

    /// Moves what waits to the front, or adds places if most of it waits.
    #[cold]
    fn make_room(&mut self) {
        let waiting = self.len();
        if waiting > self.places.len() / 2 {
            self.places.resize_with(self.places.len() * 2, Token::default);
        }
        for i in 0..waiting {
            self.places.swap(i, self.head + i);
        }
        (self.head, self.tail) = (0, waiting);
    }
}
