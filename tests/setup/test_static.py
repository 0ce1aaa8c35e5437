"""Static files: hashed names in our modules, strictness where it helps."""

import pytest
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management.base import CommandError

from srm.management.commands.assets import copy_assets, planned
from srm.ui.storage import StaticStorage


def collected(folder, files):
    """The storage after collecting `files` ({name: text})."""
    source = FileSystemStorage(folder / "source")
    storage = StaticStorage(location=folder / "static", base_url="/static/")
    paths = {}
    for name, text in files.items():
        source.save(name, ContentFile(text))
        storage.save(name, ContentFile(text))
        paths[name] = (source, name)
    for _name, _hashed, processed in storage.post_process(paths):
        if isinstance(processed, Exception):
            raise processed
    return storage


def read(storage, name):
    with storage.open(storage.stored_name(name)) as stream:
        return stream.read().decode()


def test_our_modules_import_each_other_by_hashed_names(tmp_path):
    storage = collected(
        tmp_path,
        {
            "quadrant/app.js": 'import { a } from "./part.js";\nconst b = () => import("../vendor/x/x.mjs");',
            "quadrant/part.js": "export const a = 1;",
            "vendor/x/x.mjs": "export default 1;",
        },
    )
    text = read(storage, "quadrant/app.js")
    assert f'"./{storage.stored_name("quadrant/part.js").rpartition("/")[2]}"' in text
    assert storage.stored_name("vendor/x/x.mjs").rpartition("/")[2] in text


def test_an_import_of_ours_that_leads_nowhere_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"gone\.js"):
        collected(tmp_path, {"quadrant/app.js": 'import { a } from "./gone.js";'})


def test_what_looks_like_an_import_in_a_package_is_left_alone(tmp_path):
    text = 'import { a } from "./gone.js";'
    assert read(collected(tmp_path, {"package/x.js": text}), "package/x.js") == text


def test_a_missing_source_map_is_forgiven(tmp_path):
    files = {
        "vendor/a.css": "a{}\n/*# sourceMappingURL=a.css.map */",
        "vendor/b.js": "1;\n//# sourceMappingURL=b.js.map",
    }
    storage = collected(tmp_path, files)
    assert "a.css.map" in read(storage, "vendor/a.css")
    assert "b.js.map" in read(storage, "vendor/b.js")


def test_a_missing_picture_is_not(tmp_path):
    with pytest.raises(ValueError, match=r"gone\.png"):
        collected(tmp_path, {"vendor/a.css": "a{background:url(gone.png)}"})


def test_the_rule_for_imports_is_still_django_s():
    files, rules = HashedFilesMixin._js_module_import_aggregation_patterns
    assert files == "*.js"
    assert StaticStorage._js_module_import_aggregation_patterns[1] is rules


def test_assets_are_exactly_the_named_files(tmp_path):
    modules, vendor = tmp_path / "node_modules", tmp_path / "vendor"
    for source in planned(modules, vendor).values():
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(source.name)
    (vendor / "old").mkdir(parents=True)
    (vendor / "old" / "left.js").write_text("")
    count = copy_assets(modules, vendor)
    found = {path for path in vendor.rglob("*") if path.is_file()}
    assert found == set(planned(modules, vendor))
    assert len(found) == count


def test_a_package_that_lacks_a_named_file_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"htmx\.min\.js"):
        copy_assets(tmp_path, tmp_path / "vendor")
