//! Where the pen of a PDF stands.

use lopdf::Object;

/// A transformation: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix([f32; 6]);

impl Matrix {
    pub(super) const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Six numbers.
    pub(super) fn of(operands: &[Object]) -> Option<Self> {
        let mut out = [0.0; 6];
        if operands.len() < out.len() {
            return None;
        }
        for (slot, operand) in out.iter_mut().zip(operands) {
            *slot = operand.as_float().ok().filter(|f| f.is_finite())?;
        }
        Some(Self(out))
    }

    /// This one first, then `outer`.
    pub(super) fn then(self, outer: Self) -> Self {
        let ([a, b, c, d, e, f], [oa, ob, oc, od, oe, of]) = (self.0, outer.0);
        Self([
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        ])
    }

    fn moved(self, x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y]).then(self)
    }

    fn point(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// How wide and how high a box of one by one is drawn.
    pub(super) fn sides(self) -> (f32, f32) {
        let [a, b, c, d, _, _] = self.0;
        (a.hypot(b), c.hypot(d))
    }

    fn height(self) -> f32 {
        let [_, _, c, d, _, _] = self.0;
        c.hypot(d)
    }
}

/// The state of drawing.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) matrix: Matrix,
    pub(super) font: Vec<u8>,
    /// Is what is filled dark enough for a barcode?
    pub(super) dark: bool,
    size: f32,
    leading: f32,
    line: Matrix,
    text: Matrix,
}

impl State {
    pub(super) fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            font: Vec::new(),
            dark: true,
            size: 0.0,
            leading: 0.0,
            line: Matrix::ONE,
            text: Matrix::ONE,
        }
    }

    /// An operator that draws nothing.
    pub(super) fn set(&mut self, operator: &str, operands: &[Object]) {
        let number = |i: usize| {
            operands
                .get(i)
                .and_then(|o| o.as_float().ok())
                .unwrap_or(0.0)
        };
        match operator {
            "cm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    self.matrix = matrix.then(self.matrix);
                }
            }
            "BT" => (self.line, self.text) = (Matrix::ONE, Matrix::ONE),
            "Tf" => {
                let name = operands.first().and_then(|o| o.as_name().ok());
                self.font = name.unwrap_or_default().to_vec();
                self.size = number(1);
            }
            "TL" => self.leading = number(0),
            "Td" => self.go(number(0), number(1)),
            "TD" => {
                self.leading = -number(1);
                self.go(number(0), number(1));
            }
            "T*" => self.next_line(),
            "Tm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    (self.line, self.text) = (matrix, matrix);
                }
            }
            "g" | "sc" | "scn" | "rg" if !operands.is_empty() => {
                let levels = || operands.iter().filter_map(|o| o.as_float().ok());
                self.dark = levels().all(|l| l < 0.5);
            }
            "k" => self.dark = number(3) > 0.5,
            _ => {}
        }
    }

    fn go(&mut self, x: f32, y: f32) {
        self.line = self.line.moved(x, y);
        self.text = self.line;
    }

    pub(super) fn next_line(&mut self) {
        self.go(0.0, -self.leading);
    }

    /// Where the next letter stands, and how high it is.
    pub(super) fn place(&self) -> (f32, f32, f32) {
        let whole = self.text.then(self.matrix);
        let (x, y) = whole.point(0.0, 0.0);
        (x, y, (whole.height() * self.size).abs().max(1.0))
    }

    /// Goes on by so many heights of a letter: the widths of letters are not read.
    pub(super) fn advance(&mut self, ems: f32) {
        self.text = self.text.moved(ems * self.size, 0.0);
    }

    /// A box on the page.
    pub(super) fn rectangle(&self, operands: &[Object]) -> Option<[f32; 4]> {
        let number = |i: usize| operands.get(i).and_then(|o| o.as_float().ok());
        let (x, y, w, h) = (number(0)?, number(1)?, number(2)?, number(3)?);
        let (a, b) = (self.matrix.point(x, y), self.matrix.point(x + w, y + h));
        let edges = [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)];
        edges.iter().all(|e| e.is_finite()).then_some(edges)
    }
}
