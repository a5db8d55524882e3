import { PbfWriter } from "pbf";
import { littleEndianBytes } from "../../foundations/little-endian.ts";

/**
 * The messages of the ONNX format (onnx.proto of github.com/onnx/onnx) that a network of prune-lab needs, each written
 * by its fields' numbers.
 */

export interface OnnxModel {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

export interface OnnxNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Integers, or lists of them. */
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxValue {
  readonly name: string;
  /** Extents; a text names one that is not fixed. */
  readonly shape: readonly (number | string)[];
}

/** TensorProto.DataType. */
const FLOAT = 1;
/** AttributeProto.AttributeType. */
const INT = 2;
const INTS = 7;

/** ModelProto. The producer comes early, so that the beginning of a file tells whose it is. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, model.irVersion);
  pbf.writeStringField(2, model.producer.name);
  pbf.writeStringField(3, model.producer.version);
  pbf.writeStringField(6, model.description);
  pbf.writeMessage(7, writeGraph, model.graph);
  pbf.writeMessage(8, writeOperatorSet, model.opset);
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry);
  return pbf.finish();
}

function writeOperatorSet(opset: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, "");
  pbf.writeVarintField(2, opset);
}

function writeEntry([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph(graph: OnnxGraph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const tensor of graph.initializers) pbf.writeMessage(5, writeTensor, tensor);
  pbf.writeMessage(11, writeValue, graph.input);
  pbf.writeMessage(12, writeValue, graph.output);
}

function writeNode({ operator, name, inputs, output, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, operator);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute([name, value]: readonly [string, number | readonly number[]], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") pbf.writeVarintField(3, value);
  else for (const each of value) pbf.writeVarintField(8, each);
  pbf.writeVarintField(20, typeof value === "number" ? INT : INTS);
}

function writeTensor({ name, shape, values }: OnnxTensor, pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeVarintField(1, extent);
  pbf.writeVarintField(2, FLOAT);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, littleEndianBytes(values));
}

/** ValueInfoProto of a float tensor. */
function writeValue({ name, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeType, shape);
}

function writeType(shape: OnnxValue["shape"], pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, shape);
}

function writeTensorType(shape: OnnxValue["shape"], pbf: PbfWriter): void {
  pbf.writeVarintField(1, FLOAT);
  pbf.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxValue["shape"], pbf: PbfWriter): void {
  for (const extent of shape) pbf.writeMessage(1, writeExtent, extent);
}

function writeExtent(extent: number | string, pbf: PbfWriter): void {
  if (typeof extent === "number") pbf.writeVarintField(1, extent);
  else pbf.writeStringField(2, extent);
}
