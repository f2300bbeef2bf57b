"""ImageNet weights come from a download, a file or nowhere, and from nowhere else."""

from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file

from workers.checkpoints import CheckpointError
from workers.networks import pretrained
from workers.networks.resnet import ResNetTrunk, trunk


@pytest.fixture
def theirs():
    torch.manual_seed(7)
    return trunk("tiny").state_dict()


@pytest.fixture
def body():
    torch.manual_seed(0)
    return ResNetTrunk("tiny").body


def equal(body, state):
    return all(torch.equal(value, state[key]) for key, value in body.state_dict().items())


def test_a_torch_file_is_taken_over_but_for_its_classifier(theirs, body, tmp_path):
    torch.save(theirs, tmp_path / "w.pth")

    pretrained.start_from(body, str(tmp_path / "w.pth"), architecture="tiny")

    assert equal(body, theirs)


def test_a_safetensors_file_of_a_parallel_training_is_taken_over(theirs, body, tmp_path):
    save_file({f"module.{key}": value for key, value in theirs.items()}, tmp_path / "w.safetensors")

    pretrained.start_from(body, str(tmp_path / "w.safetensors"), architecture="tiny")

    assert equal(body, theirs)


def test_none_leaves_the_weights_of_the_seed(body):
    before = {key: value.clone() for key, value in body.state_dict().items()}

    pretrained.start_from(body, "none", architecture="tiny")

    assert equal(body, before)


def test_weights_of_another_network_are_refused(theirs, tmp_path):
    torch.save(theirs, tmp_path / "w.pth")

    with pytest.raises(CheckpointError, match="do not fit network 'resnet18'"):
        pretrained.start_from(
            ResNetTrunk("resnet18").body, str(tmp_path / "w.pth"), architecture="resnet18"
        )


def test_without_a_network_it_is_said_what_to_do(body, monkeypatch):
    def no_network(*_args, **_options):
        raise URLError("Name or service not known")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", no_network)

    with pytest.raises(CheckpointError, match="Download torchvision's resnet18 file where there"):
        pretrained.start_from(body, "imagenet", architecture="resnet18")


def test_a_file_that_runs_code_when_loaded_is_refused(body, tmp_path):
    torch.save({"conv1.weight": pytest.raises}, tmp_path / "w.pth")

    with pytest.raises(CheckpointError, match="UnpicklingError"):
        pretrained.start_from(body, str(tmp_path / "w.pth"), architecture="tiny")
