"""Enrichment tables and secrets of whole configurations."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))
from mmdb_writer import write_mmdb  # noqa: E402

BINARY = os.environ.get("ENGINE_BINARY", "")
PIPELINE = """
[sources.in]
type = "stdin"
decoding.codec = "json"

[transforms.look_up]
type = "remap"
inputs = ["in"]
drop_on_error = true
source = '''
%s
'''

[sinks.out]
type = "console"
inputs = ["look_up"]
encoding.codec = "json"
"""
CITY = {
    "city": {"names": {"en": "Cologne", "de": "Köln"}},
    "continent": {"code": "EU"},
    "country": {"iso_code": "DE", "names": {"en": "Germany", "de": "Deutschland"}},
    "subdivisions": [{"iso_code": "NW", "names": {"en": "North Rhine-Westphalia"}}],
    "location": {"latitude": 50.93, "longitude": 6.96, "time_zone": "Europe/Berlin"},
}


class Configured(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_engine(self, config: str, *events: dict) -> subprocess.CompletedProcess:
        """The engine over a configuration and events from stdin, until it ends by itself."""
        (self.folder / "engine.toml").write_text(config)
        text = "".join(json.dumps(event) + "\n" for event in events)
        return subprocess.run([BINARY, "-q", "-c", "engine.toml"], input=text, cwd=self.folder, capture_output=True,
                              text=True, timeout=60, env={"PATH": os.environ["PATH"], "TZ": "UTC"})

    def look_up(self, tables: str, program: str, *events: dict) -> list:
        done = self.run_engine(tables + PIPELINE % program, *events)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]


class MaxMindTables(Configured):
    def test_geoip_gives_fields_of_fixed_names(self):
        write_mmdb(self.folder / "city.mmdb", "GeoLite2-City", {"192.0.2.0/24": CITY, "2001:db8::/32": CITY})
        tables = '[enrichment_tables.cities]\ntype = "geoip"\npath = "city.mmdb"\nlocale = "de"\n'
        program = '. = get_enrichment_table_record!("cities", {"ip": .ip})'
        expected = {"city_name": "Köln", "continent_code": "EU", "country_code": "DE", "country_name": "Deutschland",
                    "latitude": 50.93, "longitude": 6.96, "metro_code": None, "postal_code": None, "region_code": "NW",
                    "region_name": None, "timezone": "Europe/Berlin"}
        events = [{"ip": "192.0.2.7"}, {"ip": "2001:db8::1"}]
        self.assertEqual(self.look_up(tables, program, *events), [expected, expected])

    def test_geoip_knows_autonomous_systems(self):
        record = {"autonomous_system_number": 64496, "autonomous_system_organization": "Example"}
        write_mmdb(self.folder / "asn.mmdb", "GeoLite2-ASN", {"198.51.100.0/24": record})
        tables = '[enrichment_tables.systems]\ntype = "geoip"\npath = "asn.mmdb"\n'
        program = '. = get_enrichment_table_record!("systems", {"ip": .ip}, select: ["autonomous_system_number"])'
        self.assertEqual(self.look_up(tables, program, {"ip": "198.51.100.1"}), [{"autonomous_system_number": 64496}])

    def test_mmdb_gives_the_record_as_it_is(self):
        record = {"owner": {"name": "ops", "tags": ["a", 7, 1.5, True]}, "big": 2**40}
        write_mmdb(self.folder / "networks.mmdb", "Networks", {"10.0.0.0/8": record})
        tables = '[enrichment_tables.networks]\ntype = "mmdb"\npath = "networks.mmdb"\n'
        program = """. = {"ip": .ip}
.all = find_enrichment_table_records!("networks", {"ip": .ip})
.owner, .error = get_enrichment_table_record("networks", {"ip": .ip}, select: ["owner"])"""
        inside, outside = self.look_up(tables, program, {"ip": "10.1.2.3"}, {"ip": "11.0.0.1"})
        self.assertEqual(inside["all"], [record])
        self.assertEqual(inside["owner"], {"owner": record["owner"]})
        self.assertEqual(outside["all"], [])
        self.assertIn("No rows found", outside["error"])
        self.assertEqual(self.look_up(tables, program, {"ip": "no address"}), [])

    def test_files_that_are_no_databases_are_refused_at_their_place(self):
        (self.folder / "bad.mmdb").write_text("nothing")
        write_mmdb(self.folder / "own.mmdb", "Own", {"10.0.0.0/8": {"a": 1}})
        tables = """[enrichment_tables.one]
type = "mmdb"
path = "bad.mmdb"
[enrichment_tables.two]
type = "geoip"
path = "own.mmdb"
"""
        done = self.run_engine(tables + PIPELINE % ".")
        self.assertEqual(done.returncode, 78)
        self.assertIn("engine.toml:3:8", done.stderr)
        self.assertIn('databases of type "Own"', done.stderr)


class Secrets(Configured):
    def script(self, text: str) -> str:
        path = self.folder / "secrets.sh"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return '[secret.s]\ntype = "exec"\ncommand = ["./secrets.sh"]\n'

    def test_values_reach_programs_and_never_messages(self):
        (self.folder / "secrets.json").write_text('{"token": "hunter2"}')
        secret = '[secret.s]\ntype = "file"\npath = "secrets.json"\n'
        self.assertEqual(self.look_up(secret, '. = {"t": "SECRET[s.token]"}', {}), [{"t": "hunter2"}])
        done = self.run_engine(secret + PIPELINE % '. = {"t": "SECRET[s.token]"} + nope')
        self.assertEqual(done.returncode, 78)
        self.assertNotIn("hunter2", done.stderr)
        self.assertIn("SECRET[s.token]", done.stderr)

    def test_commented_references_are_left_alone(self):
        (self.folder / "secrets.json").write_text("{}")
        secret = '# SECRET[s.none]\n[secret.s]\ntype = "file"\npath = "secrets.json"\n'
        self.assertEqual(self.look_up(secret, '. = {"a": .a}', {"a": 1}), [{"a": 1}])

    def test_a_command_that_hangs_is_ended(self):
        secret = self.script("sleep 300 & echo $! > pid; sleep 300\n") + "timeout = 1\n"
        began = time.monotonic()
        done = self.run_engine(secret + PIPELINE % '.a = "SECRET[s.key]"')
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(done.returncode, 78)
        self.assertIn("took longer than 1 s", done.stderr)
        child = int((self.folder / "pid").read_text())
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except FileNotFoundError:
                break
            if state == "Z":
                break
            time.sleep(0.01)
        else:
            self.fail("what the command started still runs")

    def test_a_command_need_not_read_its_input(self):
        secret = self.script("""exec <&-; echo '{"key": {"value": "x", "error": null}}'\n""")
        self.assertEqual(self.look_up(secret, '. = {"a": "SECRET[s.key]"}', {}), [{"a": "x"}])

    def test_keys_stay_in_the_folder(self):
        (self.folder / "keys").mkdir()
        (self.folder / "outside").write_text("x")
        secret = '[secret.s]\ntype = "directory"\npath = "keys"\n'
        done = self.run_engine(secret + PIPELINE % '.a = "SECRET[s.../outside]"')
        self.assertEqual(done.returncode, 78)
        self.assertIn("leads out of the folder", done.stderr)
