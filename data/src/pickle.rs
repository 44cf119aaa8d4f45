//! Pickles of NumPy's arrays, as `.npy` files of Python objects hold them.
//!
//! A pickle is a program for a small stack machine. Python's own machine calls any function that a pickle names; this one
//! knows the three names that arrays need, and calls nothing: it only notes what the parts of an array are. What a pickle
//! shares, it holds once, and its steps are counted, so that the memory is bounded.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

/// Maximum number of steps. What a step makes takes more memory than the step itself.
const MOST_STEPS: usize = 1 << 20;

/// The program and what it has made so far. Objects are known by their places, since later steps fill them.
struct Machine<'a> {
    input: &'a [u8],
    objects: Vec<Object<'a>>,
    stack: Vec<usize>,
    /// Heights of the stack at which lists of operands begin.
    marks: Vec<usize>,
    memo: HashMap<u64, usize>,
}

/// A Python object.
#[derive(Clone, Debug)]
pub(crate) enum Object<'a> {
    /// `None`, `True` or `False`, which say nothing about an array that is stored row by row.
    Constant(Option<bool>),
    /// A whole number.
    Int(i64),
    /// Bytes or text.
    Bytes(&'a [u8]),
    /// A name: `numpy.dtype`.
    Name(String),
    /// A tuple of objects.
    Tuple(Vec<usize>),
    /// A list of objects.
    List(Vec<usize>),
    /// `numpy.dtype`: its code, `f2`, and what it was filled with.
    Dtype(usize, Option<usize>),
    /// `numpy.ndarray`: what it was filled with.
    Array(Option<usize>),
}

/// What a pickle makes.
#[derive(Debug)]
pub(crate) struct Pickle<'a> {
    objects: Vec<Object<'a>>,
    /// The place of the whole.
    pub root: usize,
}

/// An array's parts.
#[derive(Debug)]
pub(crate) struct Array<'a> {
    /// Its size along each axis.
    pub shape: Vec<usize>,
    /// The type of its values without their byte order: `f2`, or `O8` for objects.
    pub dtype: &'a [u8],
    /// Its values.
    pub values: Values<'a>,
}

/// The values of an array.
#[derive(Debug)]
pub(crate) enum Values<'a> {
    /// Numbers, row by row, the lowest byte first.
    Bytes(&'a [u8]),
    /// The places of objects.
    Objects(Vec<usize>),
}

impl<'a> Pickle<'a> {
    /// Runs the program.
    ///
    /// # Errors
    /// It is damaged, does what arrays have no use for, or has more than a million steps.
    pub fn parse(input: &'a [u8]) -> Result<Pickle<'a>> {
        let mut machine = Machine { input, objects: vec![], stack: vec![], marks: vec![], memo: HashMap::new() };
        let root = machine.run()?;
        Ok(Pickle { objects: machine.objects, root })
    }

    /// The array at a place.
    ///
    /// # Errors
    /// There is none, or it is stored in another way than row by row with the lowest byte first.
    pub fn array(&self, place: usize) -> Result<Array<'a>> {
        let Object::Array(Some(state)) = self.objects[place] else { bail!("it has something else than an array") };
        let Object::Tuple(state) = &self.objects[state] else { bail!("an array of it is damaged") };
        let [_version, shape, dtype, by_columns, values] = state[..] else { bail!("an array of it is damaged") };
        let Object::Tuple(shape) = &self.objects[shape] else { bail!("an array of it has no shape") };
        let size = |place: &usize| match self.objects[*place] {
            Object::Int(size) => usize::try_from(size).ok(),
            _ => None,
        };
        let shape: Vec<usize> = shape.iter().map(size).collect::<Option<_>>().context("an array of it has no shape")?;
        let Object::Dtype(code, order) = self.objects[dtype] else { bail!("an array of it has no type") };
        let Object::Bytes(dtype) = self.objects[code] else { bail!("an array of it has no type") };
        ensure!(
            order.is_none_or(|order| self.lowest_first(order)),
            "the numbers of an array have their highest byte first"
        );
        let values = match &self.objects[values] {
            Object::Bytes(bytes) => Values::Bytes(bytes),
            Object::List(places) => Values::Objects(places.clone()),
            _ => bail!("an array of it has no values"),
        };
        let row_by_row = matches!(self.objects[by_columns], Object::Constant(Some(false)) | Object::Int(0));
        ensure!(row_by_row, "an array of it is stored column by column");
        Ok(Array { shape, dtype, values })
    }

    /// Whether a type was filled with another byte order than `>`: its state is `(3, '<', ...)`.
    fn lowest_first(&self, state: usize) -> bool {
        let Object::Tuple(state) = &self.objects[state] else { return true };
        let order = state.get(1).map(|place| &self.objects[*place]);
        !matches!(order, Some(Object::Bytes(b">")))
    }
}

impl<'a> Machine<'a> {
    fn run(&mut self) -> Result<usize> {
        for _ in 0..MOST_STEPS {
            let code = self.take(1)?[0];
            match code {
                b'.' => return self.pop(),
                0x80 => {
                    let version = self.take(1)?[0];
                    ensure!(
                        (2..=5).contains(&version),
                        "it is a pickle of protocol {version}; protocols 2 to 5 are read"
                    );
                }
                0x95 => drop(self.take(8)?), // the length of a frame, which only helps to read a stream
                b'(' => self.marks.push(self.stack.len()),
                b'N' => self.push(Object::Constant(None)),
                0x88 => self.push(Object::Constant(Some(true))),
                0x89 => self.push(Object::Constant(Some(false))),
                b'K' => self.number(1)?,
                b'M' => self.number(2)?,
                b'J' => {
                    let number = i32::from_le_bytes(self.take(4)?.try_into()?);
                    self.push(Object::Int(number.into()));
                }
                0x8a => {
                    let length = self.length(1)?;
                    ensure!(length < 8, "it has a number that is no size");
                    self.number(length)?;
                }
                b'U' | b'C' | 0x8c => self.bytes(1)?,
                b'T' | b'B' | b'X' => self.bytes(4)?,
                0x8e | 0x8d => self.bytes(8)?,
                b'c' => {
                    let [module, name] = [self.line()?, self.line()?];
                    self.push(named(module, name)?);
                }
                0x93 => {
                    let [name, module] = [self.pop()?, self.pop()?];
                    let (Object::Bytes(name), Object::Bytes(module)) = (&self.objects[name], &self.objects[module])
                    else {
                        bail!("it is damaged: a name is no text")
                    };
                    let name = named(module, name)?;
                    self.push(name);
                }
                b'q' => self.remember(1)?,
                b'r' => self.remember(4)?,
                0x94 => {
                    let (number, place) = (self.memo.len() as u64, self.top()?);
                    self.memo.insert(number, place);
                }
                b'h' => self.recall(1)?,
                b'j' => self.recall(4)?,
                b')' => self.push(Object::Tuple(vec![])),
                0x85..=0x87 => {
                    let mut items = vec![0; usize::from(code) - 0x84];
                    for item in items.iter_mut().rev() {
                        *item = self.pop()?;
                    }
                    self.push(Object::Tuple(items));
                }
                b't' => {
                    let items = self.operands()?;
                    self.push(Object::Tuple(items));
                }
                b']' => self.push(Object::List(vec![])),
                b'a' => {
                    let item = self.pop()?;
                    self.append(vec![item])?;
                }
                b'e' => {
                    let items = self.operands()?;
                    self.append(items)?;
                }
                b'R' => self.call()?,
                b'b' => self.fill()?,
                code => bail!("it has a step of a pickle that arrays do not need (code {code:#04x})"),
            }
        }
        bail!("it has more than {MOST_STEPS} steps")
    }

    /// The next bytes of the program.
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.input.split_at_checked(count).context("it is truncated")?;
        self.input = rest;
        Ok(taken)
    }

    /// An unsigned number of so many bytes, the lowest first.
    fn length(&mut self, bytes: usize) -> Result<usize> {
        let mut number = [0; 8];
        number[..bytes].copy_from_slice(self.take(bytes)?);
        usize::try_from(u64::from_le_bytes(number)).context("it is truncated")
    }

    fn line(&mut self) -> Result<&'a [u8]> {
        let end = self.input.iter().position(|byte| *byte == b'\n').context("it is truncated")?;
        Ok(&self.take(end + 1)?[..end])
    }

    fn push(&mut self, object: Object<'a>) {
        self.stack.push(self.objects.len());
        self.objects.push(object);
    }

    fn number(&mut self, bytes: usize) -> Result<()> {
        let number = self.length(bytes)?;
        self.push(Object::Int(i64::try_from(number)?));
        Ok(())
    }

    /// Bytes after their length of so many bytes.
    fn bytes(&mut self, length: usize) -> Result<()> {
        let length = self.length(length)?;
        let bytes = self.take(length)?;
        self.push(Object::Bytes(bytes));
        Ok(())
    }

    /// Takes the topmost object, of those after the last mark.
    fn pop(&mut self) -> Result<usize> {
        ensure!(self.stack.len() > self.marks.last().copied().unwrap_or(0), "it is damaged: an operand is missing");
        self.stack.pop().context("it is damaged: an operand is missing")
    }

    fn top(&self) -> Result<usize> {
        self.stack.last().copied().context("it is damaged: an operand is missing")
    }

    /// All objects after the last mark, which goes, too.
    fn operands(&mut self) -> Result<Vec<usize>> {
        let mark = self.marks.pop().context("it is damaged: an operand is missing")?;
        ensure!(mark <= self.stack.len(), "it is damaged: an operand is missing");
        Ok(self.stack.split_off(mark))
    }

    fn append(&mut self, items: Vec<usize>) -> Result<()> {
        let list = self.top()?;
        let Object::List(list) = &mut self.objects[list] else { bail!("it is damaged: it appends to what is no list") };
        list.extend(items);
        Ok(())
    }

    fn remember(&mut self, bytes: usize) -> Result<()> {
        let (number, place) = (self.length(bytes)? as u64, self.top()?);
        self.memo.insert(number, place);
        Ok(())
    }

    fn recall(&mut self, bytes: usize) -> Result<()> {
        let number = self.length(bytes)? as u64;
        self.stack.push(*self.memo.get(&number).context("it is damaged: it recalls what it has not kept")?);
        Ok(())
    }

    /// A call: a new array, which is filled later, or a type.
    fn call(&mut self) -> Result<()> {
        let [arguments, function] = [self.pop()?, self.pop()?];
        let Object::Tuple(arguments) = &self.objects[arguments] else {
            bail!("it is damaged: a call has no arguments")
        };
        let made = match (&self.objects[function], &arguments[..]) {
            (Object::Name(name), [code, ..]) if name == "numpy.dtype" => Object::Dtype(*code, None),
            (Object::Name(name), _) if name == "_reconstruct" => Object::Array(None),
            _ => bail!("it calls what makes no array"),
        };
        self.push(made);
        Ok(())
    }

    /// Fills the array or the type below the topmost object with that.
    fn fill(&mut self) -> Result<()> {
        let state = self.pop()?;
        let place = self.top()?;
        match &mut self.objects[place] {
            Object::Dtype(_, filled) | Object::Array(filled) => *filled = Some(state),
            _ => bail!("it fills what is no array"),
        }
        Ok(())
    }
}

/// A name that arrays need.
fn named(module: &[u8], name: &[u8]) -> Result<Object<'static>> {
    let known = match (module, name) {
        (b"numpy", b"dtype") => "numpy.dtype",
        (b"numpy", b"ndarray") => "numpy.ndarray",
        (b"numpy.core.multiarray" | b"numpy._core.multiarray", b"_reconstruct") => "_reconstruct",
        _ => bail!(
            "it names `{}.{}` of Python, which arrays do not need: nothing of it is run",
            module.escape_ascii(),
            name.escape_ascii()
        ),
    };
    Ok(Object::Name(known.to_string()))
}
