"""The sentence encoder: the committed ONNX file, the code that runs it, and the tools that make it."""
