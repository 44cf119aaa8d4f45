"""Tests of what the peers of `cargo book bench` share.

python -m unittest discover -s common/python -p test_peer.py
"""

import contextlib
import io
import json
import sys
import unittest
from unittest import mock

import peer


def answer(peers, *arguments, devices=False):
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["peer.py", *arguments]):
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            peer.run("Tests.", "none 1.0", peers, devices)
    return out.getvalue()


class PeerTest(unittest.TestCase):
    def setUp(self):
        self.steps, self.made_on = 0, None

    def make(self, device=None):
        self.made_on = device

        def step():
            self.steps += 1
            return 0.5

        return step

    def test_list_names_the_models(self):
        peers = {name: peer.Peer(self.make, 32) for name in ["b", "a"]}
        self.assertEqual(answer(peers, "--list"), "b\na\n")
        self.assertEqual(self.steps, 0)

    def test_only_steps_after_the_warm_up_are_timed(self):
        peers = {"small": peer.Peer(self.make, 64, warm_up=3)}
        sample = json.loads(answer(peers, "--model", "small", "--steps", "4"))
        self.assertEqual((sample["model"], sample["batch"], len(sample["ms"])), ("small", 64, 4))
        self.assertEqual(self.steps, 7)

    def test_a_device_goes_to_the_model(self):
        peers = {"small": peer.Peer(self.make, 64)}
        answer(peers, "--device", "cuda:1", "--steps", "1", devices=True)
        self.assertEqual(self.made_on, "cuda:1")

    def test_wrong_arguments_are_errors_of_usage(self):
        peers = {"small": peer.Peer(self.make, 64)}
        for arguments in [("--model", "none"), ("--steps", "0"), ("--device", "cpu")]:
            with self.assertRaises(SystemExit) as error:
                answer(peers, *arguments)
            self.assertEqual(error.exception.code, 2)

    def test_a_step_of_pytorch_is_three_calls_in_order(self):
        calls = mock.Mock()
        peer.descend(calls.optimizer, calls.loss)
        self.assertEqual(
            calls.mock_calls, [mock.call.optimizer.zero_grad(), mock.call.loss.backward(), mock.call.optimizer.step()]
        )

    def test_keras_is_that_of_the_books_time_and_a_level_of_messages_stays(self):
        with mock.patch.dict(peer.os.environ, {"TF_CPP_MIN_LOG_LEVEL": "0"}):
            peer.use_keras_2()
            self.assertEqual(peer.os.environ["TF_USE_LEGACY_KERAS"], "1")
            self.assertEqual(peer.os.environ["TF_CPP_MIN_LOG_LEVEL"], "0")


if __name__ == "__main__":
    unittest.main()
