"""The official openai and ollama clients against a running img-serve, compared with img-embed.

usage: serve_clients.py URL IMG_EMBED PICTURE     (needs: pip install openai ollama numpy)
"""
import base64
import json
import subprocess
import sys

import numpy
import ollama
import openai


def embedding(program, *arguments):
    line = subprocess.check_output([program, "-q", *arguments])
    return numpy.array(json.loads(line)["embedding"], dtype=numpy.float32)


def same(name, got, expected):
    equal = numpy.array_equal(numpy.array(got, dtype=numpy.float32), expected)
    print("ok" if equal else "NOT OK", "-", name)
    return equal


def main(url, program, picture):
    text = "a red circle"
    by_text, by_picture = embedding(program, "--text", text), embedding(program, picture)
    with open(picture, "rb") as file:
        data = base64.b64encode(file.read()).decode()
    client = openai.OpenAI(base_url=url + "/v1", api_key="none")
    model = client.models.list().data[0].id
    fine = []
    # The client asks for base64 by itself.
    reply = client.embeddings.create(model=model, input=[text, "b"])
    fine.append(same("openai: a text", reply.data[0].embedding, by_text))
    reply = client.embeddings.create(model=model, input=text, encoding_format="float")
    fine.append(same("openai: floats", reply.data[0].embedding, by_text))
    reply = client.embeddings.create(model=model, input="data:image/png;base64," + data)
    fine.append(same("openai: a picture", reply.data[0].embedding, by_picture))
    try:
        client.embeddings.create(model="another", input=text)
        fine.append(False)
    except openai.NotFoundError as error:
        fine.append(error.body["type"] == "invalid_request_error")
    other = ollama.Client(host=url)
    fine.append(other.list().models[0].model == model)
    fine.append(same("ollama: a text", other.embed(model=model, input=text).embeddings[0], by_text))
    try:
        other.embed(model="another", input=text)
        fine.append(False)
    except ollama.ResponseError as error:
        fine.append(error.status_code == 404)
    print(sum(fine), "of", len(fine), "as expected")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
