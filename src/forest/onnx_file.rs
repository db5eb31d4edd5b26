//! Of an ONNX file what a forest is told by.
//!
//! Source: onnx.proto (ModelProto, GraphProto, NodeProto, AttributeProto, ValueInfoProto); the numbers of fields are
//! its own.

use protobuf::rt::WireType;
use protobuf::{CodedInputStream, Error, UnknownValue};

/// What the file computes.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) operators: Vec<Operator>,
    pub(super) inputs: Vec<Input>,
}

/// One step.
#[derive(Debug, Default)]
pub(super) struct Operator {
    pub(super) kind: String,
    /// Names of what it reads.
    pub(super) inputs: Vec<String>,
    pub(super) attributes: Vec<Attribute>,
}

/// A value of an operator, or a list of them.
#[derive(Debug, Default)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) text: Vec<u8>,
    pub(super) floats: Vec<f32>,
    pub(super) ints: Vec<i64>,
    pub(super) strings: Vec<Vec<u8>>,
}

/// What the graph is given.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) name: String,
    /// 0 for what is not said.
    pub(super) shape: Vec<i64>,
}

impl Graph {
    /// - errors: no message, or one that is cut off
    pub(super) fn of_model(bytes: &[u8]) -> Result<Self, Error> {
        let mut graph = Self::default();
        for model in fields(bytes)? {
            let (7, Value::Bytes(bytes)) = model else { continue };
            for part in fields(&bytes)? {
                match part {
                    (1, Value::Bytes(bytes)) => graph.operators.push(Operator::read(&bytes)?),
                    (11, Value::Bytes(bytes)) => graph.inputs.push(Input::read(&bytes)?),
                    _ => {}
                }
            }
        }
        Ok(graph)
    }
}

impl Operator {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut operator = Self::default();
        for field in fields(bytes)? {
            match field {
                (1, Value::Bytes(name)) => operator.inputs.push(text(&name)),
                (4, Value::Bytes(name)) => operator.kind = text(&name),
                (5, Value::Bytes(bytes)) => operator.attributes.push(Attribute::read(&bytes)?),
                _ => {}
            }
        }
        Ok(operator)
    }
}

impl Attribute {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut attribute = Self::default();
        for field in fields(bytes)? {
            match field {
                (1, Value::Bytes(name)) => attribute.name = text(&name),
                (4, Value::Bytes(text)) => attribute.text = text,
                // Lists come value by value or packed, as the writer likes.
                (7, Value::Word(bits)) => attribute.floats.push(f32::from_bits(bits)),
                (7, Value::Bytes(packed)) => {
                    let (words, _) = packed.as_chunks::<4>();
                    attribute.floats.extend(words.iter().map(|word| f32::from_le_bytes(*word)));
                }
                (8, Value::Number(number)) => attribute.ints.push(number),
                (8, Value::Bytes(packed)) => {
                    let mut packed = CodedInputStream::from_bytes(&packed);
                    while !packed.eof()? {
                        attribute.ints.push(packed.read_int64()?);
                    }
                }
                (9, Value::Bytes(text)) => attribute.strings.push(text),
                _ => {}
            }
        }
        Ok(attribute)
    }
}

impl Input {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut input = Self::default();
        for field in fields(bytes)? {
            match field {
                (1, Value::Bytes(name)) => input.name = text(&name),
                (2, Value::Bytes(kind)) => {
                    // Of a kind the tensor, of a tensor the shape, of a shape the dimensions.
                    for dimension in inner(vec![kind], &[1, 2, 1])? {
                        let length = fields(&dimension)?.into_iter().find_map(|field| match field {
                            (1, Value::Number(length)) => Some(length),
                            _ => None,
                        });
                        input.shape.push(length.unwrap_or(0));
                    }
                }
                _ => {}
            }
        }
        Ok(input)
    }
}

/// Messages inside of messages, by the numbers of the fields on the way.
fn inner(mut messages: Vec<Vec<u8>>, way: &[u32]) -> Result<Vec<Vec<u8>>, Error> {
    for number in way {
        let mut next = Vec::new();
        for message in messages {
            next.extend(fields(&message)?.into_iter().filter_map(|field| match field {
                (found, Value::Bytes(bytes)) if found == *number => Some(bytes),
                _ => None,
            }));
        }
        messages = next;
    }
    Ok(messages)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A field's value as it is written.
enum Value {
    Number(i64),
    Word(u32),
    Bytes(Vec<u8>),
    Other,
}

/// The fields of a message in their order, with their numbers.
fn fields(bytes: &[u8]) -> Result<Vec<(u32, Value)>, Error> {
    let mut stream = CodedInputStream::from_bytes(bytes);
    let mut all = Vec::new();
    while let Some(tag) = stream.read_raw_tag_or_eof()? {
        // Groups are of old; ONNX has none, and they may lie in each other without end.
        let known = [WireType::Varint, WireType::Fixed32, WireType::Fixed64, WireType::LengthDelimited];
        let kind = WireType::new(tag & 7).filter(|kind| tag >> 3 != 0 && known.contains(kind));
        let Some(kind) = kind else {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidData).into());
        };
        let value = match stream.read_unknown(kind)? {
            UnknownValue::Varint(number) => Value::Number(number.cast_signed()),
            UnknownValue::Fixed32(word) => Value::Word(word),
            UnknownValue::LengthDelimited(bytes) => Value::Bytes(bytes),
            UnknownValue::Fixed64(_) => Value::Other,
        };
        all.push((tag >> 3, value));
    }
    Ok(all)
}
