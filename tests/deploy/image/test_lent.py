"""A build is lent what pip's settings name, on whichever machine."""

from pathlib import Path

from tests.deploy.image.lent import CERTIFICATES, directories, volumes


def test_the_directories_that_pips_settings_name_are_lent(tmp_path: Path) -> None:
    settings, wheels, index = tmp_path / "pip.conf", tmp_path / "wheels", tmp_path / "mirror" / "simple"
    wheels.mkdir()
    index.mkdir(parents=True)
    settings.write_text(
        f"[global]\nfind-links = {wheels} https://wheels.example.com\nindex-url = https://pypi.example.com/simple\n"
        f"[install]\nextra-index-url =\n    file://{index}\n    file:///not/there/simple\n"
    )

    assert directories(settings) == [wheels, index.parent, Path("/not/there")]
    assert [each for each in volumes(settings) if str(CERTIFICATES) not in each] == [
        f"--volume={wheels}:{wheels}:ro",
        f"--volume={index.parent}:{index.parent}:ro",
        f"--volume={settings}:/etc/pip.conf:ro",
    ]


def test_where_pip_has_no_settings_the_certificates_alone_are_lent(tmp_path: Path) -> None:
    assert {each.split(":")[1] for each in volumes(tmp_path / "pip.conf")} <= {str(CERTIFICATES)}
