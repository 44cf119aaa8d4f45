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


def answer(peers, *arguments, pytorch=False):
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["peer.py", *arguments]):
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            peer.run("Tests.", "none 1.0", peers, pytorch)
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

    def test_the_first_step_of_the_warm_up_is_told_apart(self):
        with mock.patch.object(peer.time, "perf_counter", mock.Mock(side_effect=[0, 20, 30, 32, 40, 41])):
            sample = json.loads(answer({"small": peer.Peer(self.make, 64, warm_up=2)}, "--steps", "1"))
        self.assertEqual((sample["first_step_s"], sample["ms"]), (20, [1000]))
        sample = json.loads(answer({"small": peer.Peer(self.make, 64, warm_up=0)}, "--steps", "1"))
        self.assertNotIn("first_step_s", sample)

    def test_slow_steps_are_fewer(self):
        # Seconds of each step; the first one is of the warm-up, which ends at the limit, too.
        for seconds, timed in [([130, 7], 1), ([40, 40, 50, 7], 1), ([10, 10, 90, 9, 2], 2)]:
            clock = [at for i in range(len(seconds)) for at in (sum(seconds[:i]), sum(seconds[: i + 1]))]
            with mock.patch.object(peer.time, "perf_counter", mock.Mock(side_effect=clock)):
                sample = json.loads(answer({"slow": peer.Peer(self.make, 64, warm_up=3)}, "--steps", "20"))
            self.assertEqual(sample["ms"], [1000 * value for value in seconds[-timed:]])
            self.assertEqual(sample["first_step_s"], seconds[0])

    def test_what_a_framework_cannot_do_is_an_answer(self):
        def step():
            raise peer.NotPossible("no gradient of a gradient")

        sample = json.loads(answer({"deep": peer.Peer(lambda: step, 64)}))
        self.assertEqual(sample, {"model": "deep", "not_possible": "no gradient of a gradient"})

    def test_modules_are_compiled_on_demand_only(self):
        torch = {"torch": mock.MagicMock(), "torch._dynamo": mock.MagicMock(), "torch._dynamo.utils": mock.MagicMock()}
        torch["torch"].compile.return_value = "compiled"
        torch["torch._dynamo.utils"].counters = {"stats": {"unique_graphs": 2}}
        nets = []

        def make(device):
            net = mock.Mock()
            nets.append(peer.module(net, device, memory_format="last"))
            net.to.assert_called_once_with("cpu", memory_format="last")
            return lambda: 0.5

        with mock.patch.dict(sys.modules, torch):
            answer({"small": peer.Peer(make, 64)}, "--steps", "1", pytorch=True)
            self.assertFalse(torch["torch"].compile.called)
            answer({"small": peer.Peer(make, 64)}, "--steps", "1", "--compile", pytorch=True)
            self.assertEqual(nets[1:], ["compiled"])
            torch["torch._dynamo.utils"].counters["stats"]["unique_graphs"] = 0
            with self.assertRaisesRegex(RuntimeError, "compiled nothing"):
                answer({"small": peer.Peer(make, 64)}, "--steps", "1", "--compile", pytorch=True)

    def test_a_device_goes_to_the_model(self):
        peers = {"small": peer.Peer(self.make, 64)}
        answer(peers, "--device", "cuda:1", "--steps", "1", pytorch=True)
        self.assertEqual(self.made_on, "cuda:1")

    def test_wrong_arguments_are_errors_of_usage(self):
        peers = {"small": peer.Peer(self.make, 64)}
        for arguments in [("--model", "none"), ("--steps", "0"), ("--device", "cpu"), ("--compile",)]:
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
