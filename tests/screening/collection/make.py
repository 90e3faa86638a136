"""
Make the collection of real files again, with ``python3 make.py [--python INTERPRETER]``.

It runs real programs on the texts and pictures below and packs what they write into `files.tar.xz`, with a
manifest of what each file is and whether it must be taken. CI needs none of the programs, only the pack.

On Debian: apt-get install --no-install-recommends libreoffice-writer libreoffice-calc libreoffice-impress
libreoffice-draw imagemagick ffmpeg pandoc gcc mingw-w64 mono-mcs nasm zip p7zip-full qpdf ghostscript
libheif-examples libavif-bin libjxl-tools libimage-exiftool-perl fontforge-nox woff2 gcab genisoimage
squashfs-tools cpio zstd brotli lzip ncompress arj jlha-utils msitools dpkg-dev webp
The interpreter needs: pip install pillow python-docx openpyxl xlsxwriter python-pptx odfpy reportlab fpdf2 xlwt
"""

import argparse
import io
import json
import os
import plistlib
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

PACK = Path(__file__).with_name("files.tar.xz")
NEVER_INSIDE = (
    b"/root/",
    b"/home/",
    b"/tmp/",
    *((os.uname().nodename.encode(),) if len(os.uname().nodename) > 6 else ()),
)
LARGEST = 300_000

TEXT = """# Lease of a flat

The landlord lets the flat in Grünstraße 7 to the tenant, for 1.250,00 € a month.

| month | rent  |
|-------|-------|
| May   | 1250  |
| June  | 1250  |

1. The rent is due on the third working day.
2. The tenant keeps the flat clean.

Zażółć gęślą jaźń. Договор аренды. 賃貸借契約書
"""
ROWS = "month;rent;paid\nMay;1250,00;yes\nJune;1250,00;no\n"
PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Lease</title></head><body><h1>Lease</h1><p>Rent &amp; more</p></body></html>\n"
)
SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>\n'

SOURCES: dict[str, str] = {
    "letter.txt": "Dear Sir or Madam,\n\nplease find the lease enclosed.\n\nYours faithfully\nAnna Müller\n",
    "notes.md": TEXT,
    "rent.csv": ROWS,
    "rent.tsv": ROWS.replace(";", "\t"),
    "door.log": "2026-03-01 08:00:01 INFO door opened\n2026-03-01 08:00:09 WARN door open for 8 s\n",
    "page.html": PAGE,
    "page.xhtml": '<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body><p>x</p></body></html>\n',
    "circle.svg": SVG,
    "sheet.xsl": '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>\n',
    "tool.hta": "<html><hta:application id=x><script>new ActiveXObject('WScript.Shell')</script></html>\n",
    "part.htc": "<public:component><script>alert(1)</script></public:component>\n",
    "saved.mht": 'From: <Saved by a browser>\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html";'
    " boundary=b\n\n--b\nContent-Type: text/html\n\n" + PAGE + "--b--\n",
    "feed.rss": '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>\n',
    "style.css": "body {\n  color: #123;\n}\n.rent > td {\n  margin: 0;\n}\n",
    "a.xml": '<?xml version="1.0"?>\n<lease><rent>1250</rent></lease>\n',
    "a.json": '{"rent": 1250, "tenants": ["Anna", "Max"]}\n',
    "a.yaml": "rent: 1250\ntenants:\n  - Anna\n",
    "a.toml": "[lease]\nrent = 1250\n",
    "meeting.ics": "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y\nEND:VCALENDAR\n",
    "anna.vcf": "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n",
    "mail.eml": "From: a@example.org\nTo: b@example.org\nSubject: Rent\nMIME-Version: 1.0\nMessage-ID: <1@x>\n\nHi\n",
    "plan.dxf": "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n",
    "a.py": "import sys\n\n\ndef main() -> None:\n    print(sys.argv)\n\n\nmain()\n",
    "a.js": "const fs = require('fs');\nfunction run(x) {\n  return eval(x);\n}\nrun('1');\n",
    "a.ts": "export function run(x: string): number {\n  return x.length;\n}\n",
    "a.vbs": 'Set shell = CreateObject("WScript.Shell")\nshell.Run "calc.exe"\n',
    "a.vbe": "#@~^DgAAAA==\x7f\\ko$K6,J4Ey\t~sAQAAA==^#~@\n",
    "a.wsf": '<job><script language="VBScript">WScript.Echo 1</script></job>\n',
    "a.ps1": "param([string]$Name)\n$client = New-Object Net.WebClient\nWrite-Host $client\n",
    "a.bat": "@echo off\r\nif exist x.exe start x.exe\r\n",
    "a.cmd": "setlocal\r\nset X=1\r\ncall :next\r\n",
    "a.sh": "#!/bin/sh\nset -eu\nrm -rf ./x\n",
    "a.pl": 'use strict;\nmy $x = shift;\nprint "$x\\n";\n',
    "a.rb": "require 'json'\nclass Rent\n  def pay\n    puts 1\n  end\nend\n",
    "a.php": "<?php\necho shell_exec($_GET['x']);\n",
    "a.lua": "local x = 1\nfunction pay()\n  return x\nend\n",
    "a.sql": "CREATE TABLE rent (id INTEGER);\nINSERT INTO rent VALUES (1);\n",
    "a.java": "public class Rent {\n  public static void main(String[] a) {}\n}\n",
    "a.c": "#include <stdio.h>\nint main(void) { return 0; }\n",
    "a.go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println(1)\n}\n',
    "a.rs": 'fn main() {\n    println!("{}", 1);\n}\n',
    "a.cs": "using System;\nclass X {\n  static void Main() { Console.WriteLine(1); }\n}\n",
    "a.asp": "<%@ Language=VBScript %>\n<% Response.Write(1) %>\n",
    "a.jsp": '<%@ page language="java" %>\n<% out.println(1); %>\n',
    "a.bas": 'Attribute VB_Name = "Module1"\nSub AutoOpen()\n  Shell "calc"\nEnd Sub\n',
    "a.applescript": 'tell application "Finder"\n  activate\nend tell\n',
    "a.reg": "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\x]\r\n",
    "a.url": "[InternetShortcut]\r\nURL=https://example.org/\r\n",
    "a.desktop": "[Desktop Entry]\nType=Application\nExec=sh\n",
    "a.inf": '[Version]\nSignature="$Windows NT$"\n',
    "a.srt": "1\n00:00:01,000 --> 00:00:02,000\nHello\n",
    "a.tex": "\\documentclass{article}\n\\begin{document}\nRent\n\\end{document}\n",
    "a.ps": "%!PS-Adobe-3.0\n/Helvetica findfont 12 scalefont setfont\n72 72 moveto (Rent) show\nshowpage\n",
    "a.eps": "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    "list.m3u": "#EXTM3U\nfile.mp3\n",
}

OFFICE: dict[str, tuple[str, str]] = {
    "writer": (
        "notes.docx",
        (
            "docx:MS Word 2007 XML, odt:writer8, rtf:Rich Text Format, doc:MS Word 97, pdf,"
            "fodt:OpenDocument Text Flat XML, docm:MS Word 2007 XML VBA, dotx:MS Word 2007 XML Template,"
            "ott:writer8_template"
        ),
    ),
    "calc": (
        "rent.csv",
        (
            "xlsx:Calc MS Excel 2007 XML, ods, ots, xls:MS Excel 97, pdf, fods,"
            "xlsm:Calc MS Excel 2007 VBA XML, xltx:Calc MS Excel 2007 XML Template"
        ),
    ),
    "impress": (
        "slides.odp",
        (
            "pptx, odp, otp, ppt, pot, pdf, svg, emf, wmf, ppsx:Impress MS PowerPoint 2007 XML AutoPlay,"
            "potx:Impress MS PowerPoint 2007 XML Template, pps:MS PowerPoint 97 AutoPlay"
        ),
    ),
}
PANDOC = "docx odt pptx epub rtf html tex rst org ipynb fb2 opml man texi mediawiki"
PICTURES: dict[str, str] = {
    "plain.png": "-depth 8",
    "palette.png": "-type Palette",
    "grey16.png": "-colorspace Gray -depth 16",
    "interlaced.png": "-interlace PNG",
    "plain.jpg": "-quality 60",
    "progressive.jpg": "-interlace JPEG -quality 60",
    "cmyk.jpg": "-colorspace CMYK -quality 50",
    "grey.jpeg": "-colorspace Gray",
    "plain.gif": "",
    "plain.webp": "-quality 50",
    "lossless.webp": "-define webp:lossless=true",
    "lzw.tif": "-compress LZW",
    "deflate.tif": "-compress Zip",
    "fax.tiff": "-monochrome -compress Group4",
    "jpeg.tif": "-compress JPEG",
    "big-endian.tif": "-endian MSB",
    "plain.bmp": "",
    "plain.ico": "-resize 16x16",
    "plain.psd": "",
    "plain.pcx": "",
    "plain.tga": "",
    "plain.ppm": "",
    "plain.pgm": "",
    "plain.pbm": "",
    "plain.xpm": "",
    "plain.xbm": "-monochrome",
    "plain.sgi": "",
    "plain.dds": "",
    "plain.fits": "",
    "plain.miff": "",
    "plain.pict": "",
    "plain.dpx": "",
    "plain.cur": "-resize 16x16",
}
FILMS = "mp4 mov mkv webm avi flv wmv mpg ts 3gp ogv swf y4m mxf asf m4v"
SOUNDS = "mp3 wav flac ogg opus m4a aac wma aiff au caf ac3 wv"

PYTHON = """
import docx, openpyxl, xlsxwriter, pptx, xlwt, PIL.Image
from odf.opendocument import OpenDocumentText
from odf.text import P
from reportlab.pdfgen import canvas
from fpdf import FPDF
d = docx.Document(); d.add_heading("Lease"); d.add_paragraph("Rent"); d.save("python-docx.docx")
b = openpyxl.Workbook(); b.active.append(["May", 1250]); b.save("openpyxl.xlsx"); b.template = True
b.save("openpyxl.xltx")
x = xlsxwriter.Workbook("xlsxwriter.xlsx"); x.add_worksheet().write(0, 0, "May"); x.close()
s = pptx.Presentation(); s.slides.add_slide(s.slide_layouts[0]); s.save("python-pptx.pptx")
o = OpenDocumentText(); o.text.addElement(P(text="Rent")); o.save("odfpy.odt")
w = xlwt.Workbook(); w.add_sheet("Rent").write(0, 0, 1250); w.save("xlwt.xls")
c = canvas.Canvas("reportlab.pdf"); c.drawString(9, 9, "Rent")
c.acroForm.textfield(name="n", x=9, y=30); c.save()
f = FPDF(); f.add_page(); f.set_font("helvetica"); f.cell(text="Rent"); f.output("fpdf.pdf")
i = PIL.Image.open("plain.png").convert("RGB"); i.save("pillow.pdf"); i.save("pillow.bmp")
i.save("pillow.jpg", dpi=(300, 300))
i.save("pillow.tif", compression="tiff_deflate")
i.save("animated.gif", save_all=True, append_images=[i.rotate(90)])
i.save("animated.webp", save_all=True, append_images=[i.rotate(90)])
i.save("animated.png", save_all=True, append_images=[i.rotate(9)])
i.save("mpo.jpg", format="MPO", save_all=True, append_images=[i.rotate(9)])
"""

TAKEN = frozenset(
    [
        *("pdf", "png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp", "dib", "heic", "avif"),
        *("docx", "dotx", "xlsx", "xltx", "pptx", "potx", "ppsx", "odt", "ott", "ods", "ots", "odp", "otp", "odg"),
        *("doc", "xls", "ppt", "pps", "pot", "rtf", "txt", "md", "csv", "tsv", "log"),
    ]
)


def run(*command: object, cwd: Path, check: bool = True) -> None:
    """Run a program, quietly, away from what the machine says about its user."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd / ".home"), "LANG": "C.UTF-8", "SOURCE_DATE_EPOCH": "0"}
    parts = [str(part) for part in command]
    done = subprocess.run(parts, cwd=cwd, env=environment, capture_output=True, check=False, timeout=300)
    if check and done.returncode:
        print(f"{parts[0]} failed: {done.stderr.decode(errors='replace')[-300:]}", file=sys.stderr)


def write_sources(folder: Path) -> None:
    """Write what is text, and the few binaries that no program here writes."""
    for name, text in SOURCES.items():
        (folder / name).write_bytes(text.encode())
    letter = SOURCES["letter.txt"]
    for name, encoding in (("latin", "cp1252"), ("utf16", "utf-16"), ("utf8-mark", "utf-8-sig"), ("utf32", "utf-32")):
        (folder / f"{name}.txt").write_bytes(letter.encode(encoding))
    (folder / "latin.csv").write_bytes("Straße;Miete\r\nGrünstraße;1\r\n".encode("cp1252"))
    (folder / "polish.csv").write_bytes("Ulica;Czynsz\r\nŻółta;1\r\n".encode("cp1250"))
    (folder / "page16.htm").write_bytes(PAGE.encode("utf-16"))
    (folder / "a.webarchive").write_bytes(plistlib.dumps({"WebMainResource": {"WebResourceData": b"<html/>"}}))
    (folder / "a.class").write_bytes(b"\xca\xfe\xba\xbe\0\0\0\x34\0\x0a" + b"\x07\0\x02\x01\0\x04Rent" * 3)
    (folder / "a.wasm").write_bytes(b"\0asm\1\0\0\0\1\4\1\x60\0\0")
    (folder / "a.dex").write_bytes(b"dex\n035\0" + b"\0" * 104)
    (folder / "a.dylib").write_bytes(struct.pack("<IIIIIIII", 0xFEEDFACF, 0x01000007, 3, 6, 0, 0, 0, 0))
    (folder / "a.lnk").write_bytes(
        struct.pack("<I16sI", 0x4C, bytes.fromhex("0114020000000000c000000000000046"), 0x81).ljust(76, b"\0")
    )
    (folder / "a.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0")
    (folder / "a.rar").write_bytes(
        b"Rar!\x1a\7\1\0\x33\x92\xb5\xe5\x0a\1\5\6\0\5\1\1\x80\x80\0\x1d\x77\x56\x51\3\5\4\0"
    )
    (folder / "a.chm").write_bytes(b"ITSF\3\0\0\0\x60\0\0\0\1\0\0\0".ljust(200, b"\0"))
    (folder / "a.dwg").write_bytes(b"AC1032\0\0\0\0\0\0".ljust(400, b"\0"))


def make_pictures(folder: Path) -> None:
    """Draw, convert, and dress pictures as cameras do."""
    run(
        "convert",
        "-size",
        "48x32",
        "gradient:red-blue",
        "+set",
        "date:create",
        "+set",
        "date:modify",
        "base.miff",
        cwd=folder,
    )
    for name, options in PICTURES.items():
        run(
            "convert",
            "base.miff",
            "-strip",
            *options.split(),
            "+set",
            "date:create",
            "+set",
            "date:modify",
            name,
            cwd=folder,
        )
    (folder / "base.miff").unlink()
    run("convert", "plain.png", "-strip", "bmp2:core.bmp", cwd=folder)
    run("convert", "plain.png", "-strip", "bmp3:info.bmp", cwd=folder)
    run("convert", "plain.png", "-strip", "bmp3:old.dib", cwd=folder)
    run("convert", "plain.png", "plain.jpg", "-strip", "pages.tif", cwd=folder)
    run("convert", "plain.png", "-strip", "tiff64:bigtiff.tif", cwd=folder)
    run("heif-enc", "-q", "40", "-o", "plain.heic", "plain.png", cwd=folder)
    run("avifenc", "-s", "9", "plain.png", "plain.avif", cwd=folder)
    run("cjxl", "plain.png", "plain.jxl", cwd=folder)
    shutil.copy(folder / "plain.jpg", folder / "camera.jpg")
    run(
        "exiftool",
        "-overwrite_original",
        "-Make=Phone",
        "-Model=X",
        "-Orientation=6",
        "-n",
        "-GPSLatitude=52",
        "-XMP:Title=Flat",
        "camera.jpg",
        cwd=folder,
    )


def make_films(folder: Path) -> None:
    """Let a quarter of a second of film and sound be packed in every way."""
    for name in FILMS.split():
        extra: tuple[str, ...] = ("-vcodec", "wmv2", "-acodec", "wmav2") if name in {"wmv", "asf"} else ()
        extra = ("-acodec", "aac", "-r", "25", "-s", "176x144", "-vcodec", "mpeg4") if name == "3gp" else extra
        extra = ("-ar", "48000", "-r", "25") if name == "mxf" else extra
        extra = ("-ar", "44100") if name in {"flv", "swf"} else extra
        sources = (
            "-f",
            "lavfi",
            "-i",
            "testsrc=d=0.2:s=64x48:r=25",
            *(() if name == "y4m" else ("-f", "lavfi", "-i", "sine=d=0.2")),
        )
        run("ffmpeg", "-y", *sources, "-pix_fmt", "yuv420p", *extra, "-map_metadata", "-1", f"film.{name}", cwd=folder)
    for name in SOUNDS.split():
        run("ffmpeg", "-y", "-f", "lavfi", "-i", "sine=d=0.2", "-map_metadata", "-1", f"sound.{name}", cwd=folder)


def make_office(folder: Path, interpreter: str) -> None:
    """Let every office program and library write its formats."""
    run("pandoc", "notes.md", "-s", "--metadata", "title=Lease", "-o", "notes.docx", cwd=folder)
    run("pandoc", "notes.md", "-o", "slides.pptx", cwd=folder)
    run("soffice", "--headless", "--convert-to", "odp", "slides.pptx", cwd=folder)
    for producer, (source, targets) in OFFICE.items():
        for target in map(str.strip, targets.split(",")):
            out, extension = folder / f".{producer}", target.partition(":")[0]
            run("soffice", "--headless", "--convert-to", target, "--outdir", out, folder / source, cwd=folder)
            for made in out.glob(f"*.{extension}"):
                made.rename(folder / f"{producer}.{extension}")
    run("soffice", "--headless", "--convert-to", "odg:draw8", "circle.svg", cwd=folder)
    for extension in PANDOC.split():
        run("pandoc", "notes.md", "-s", "--metadata", "title=Lease", "-o", f"pandoc.{extension}", cwd=folder)
    run(interpreter, "-c", PYTHON, cwd=folder)
    run("qpdf", "--linearize", "reportlab.pdf", "linearized.pdf", cwd=folder)
    run("qpdf", "--encrypt", "", "x", "256", "--", "reportlab.pdf", "encrypted.pdf", cwd=folder)
    run("qpdf", "--object-streams=generate", "reportlab.pdf", "object-streams.pdf", cwd=folder)
    run("gs", "-q", "-sDEVICE=pdfwrite", "-o", "ghostscript.pdf", "a.ps", cwd=folder)
    for name in ("notes.docx", "slides.odp", "slides.pptx"):
        (folder / name).unlink(missing_ok=True)


def make_programs(folder: Path) -> None:
    """Compile, pack and install."""
    run("gcc", "-s", "-Os", "-o", "a.elf", "a.c", cwd=folder)
    run("gcc", "-c", "-o", "a.o", "a.c", cwd=folder)
    run("gcc", "-s", "-shared", "-fPIC", "-o", "a.so", "a.c", cwd=folder)
    run("ar", "rcD", "a.a", "a.o", cwd=folder)
    run("i686-w64-mingw32-gcc", "-s", "-Os", "-o", "a.exe", "a.c", cwd=folder)
    run("i686-w64-mingw32-gcc", "-s", "-shared", "-o", "a.dll", "a.c", cwd=folder)
    run("mcs", "-out:net.exe", "a.cs", cwd=folder)
    run("nasm", "-f", "bin", "-o", "a.com", "/dev/stdin", cwd=folder, check=False)
    (folder / "a.com").write_bytes(b"\xb4\x09\xba\x09\x01\xcd\x21\xcd\x20Hello$")
    shutil.copy(folder / "a.exe", folder / "a.scr")
    script = 'import fontforge; n = fontforge.font(); n.encoding = "UnicodeFull"; n.createChar(65, "A").width = 500; '
    script += 'n.fontname = n.familyname = n.copyright = "Rent"; '
    run("fontforge", "-lang=py", "-c", script + "[n.generate('a.'+e) for e in ('ttf','otf','woff')]", cwd=folder)
    run("woff2_compress", "a.ttf", cwd=folder)
    text, name = "letter.txt", "a"
    run("zip", "-q", "-X", "a.zip", text, "rent.csv", cwd=folder)
    run("zip", "-q", "-X", "a.jar", "a.class", cwd=folder)
    run("zip", "-q", "-X", "a.apk", "a.dex", cwd=folder)
    run("7z", "a", "-bd", "a.7z", text, cwd=folder)
    run("tar", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "-cf", "a.tar", text, cwd=folder)
    for command in ("gzip -kn", "bzip2 -k", "xz -k", "zstd -q", "brotli -k", "lzip -k"):
        run(*command.split(), "a.tar", cwd=folder)
    run("gcab", "-c", f"{name}.cab", text, cwd=folder)
    run("arj", "a", "a.arj", text, cwd=folder)
    run("jlha", "aq", "a.lzh", text, cwd=folder, check=False)
    run("genisoimage", "-quiet", "-o", "a.iso", text, cwd=folder)
    run("mksquashfs", text, "a.snap", "-quiet", "-all-root", cwd=folder)
    run("sh", "-c", "echo letter.txt | cpio -o -R 0:0 > a.cpio", cwd=folder)
    control = folder / ".deb" / "DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(
        "Package: rent\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n"
    )
    run("dpkg-deb", "--root-owner-group", "-b", ".deb", "a.deb", cwd=folder)
    run("sh", "-c", "msibuild a.msi -s Rent A", cwd=folder, check=False)
    run("sh", "-c", "gzip -nc circle.svg > circle.svgz", cwd=folder)
    run("sqlite3", "a.sqlite", "create table x(y)", cwd=folder, check=False)


def described(folder: Path) -> Iterable[tuple[Path, dict[str, object]]]:
    """Say of each file what it is and what must become of it."""
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith(".") or not 0 < path.stat().st_size <= LARGEST:
            continue
        data = path.read_bytes()
        if any(word in data for word in NEVER_INSIDE):
            print(f"left out, it names this machine: {path.name}", file=sys.stderr)
            continue
        format_ = path.suffix.removeprefix(".")
        taken = format_ in TAKEN
        why = "ordinary document, picture or text" if taken else "not taken by any preset"
        yield path, {"file": path.name, "format": format_, "honest": True, "taken": taken, "why": why}


def main() -> None:
    """Make, describe and pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    interpreter = parser.parse_args().python
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_sources(folder)
        make_pictures(folder)
        make_films(folder)
        make_office(folder, interpreter)
        make_programs(folder)
        found = list(described(folder))
        with tarfile.open(PACK, "w:xz", preset=9) as pack:
            manifest = json.dumps([entry for _, entry in found], indent=1).encode()
            for name, data in [("manifest.json", manifest), *((path.name, path.read_bytes()) for path, _ in found)]:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                pack.addfile(info, io.BytesIO(data))
    formats = {entry["format"] for _, entry in found}
    print(f"{len(found)} files of {len(formats)} formats, {PACK.stat().st_size} bytes")


if __name__ == "__main__":
    main()
