"""
Endings of names that are refused whoever accepts what, each with the reason that its sender is told.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sharekit.screening._verdicts import RefusalReason

__all__ = ["REFUSED", "RUNS"]

# What a system runs when it is opened: programs, installers, shortcuts, packages, images of disks.
_PROGRAMS = """
exe dll scr com pif cpl ocx sys drv msi msp mst msix msixbundle appx appxbundle appinstaller msu application
lnk url desktop library-ms search-ms settingcontent-ms website scf gadget theme themepack diagcab
app dmg pkg mpkg command workflow action terminal tool prefpane saver kext dylib bundle
deb rpm apk aab ipa xapk snap flatpak flatpakref appimage run bin elf o so ko a out axf puff
jar war ear class dex jnlp wasm crx xpi vsix whl egg gem nupkg pyc pyo pyd pyz pyzw
iso img vhd vhdx vmdk vdi qcow2 cue mds nrg udf cab wim swm sfx chm hlp gbs reg inf ins isp
xll xla wll ade adp accde accdb mdb mde mda maf mam maq mar mas mat mau mav maw mdt mdw mdz mad maf
ttf otf woff woff2 eot pfb fon ttc
swf swc spl dcr xap air rdp ica one onepkg osd grp prf pcd job xbap slk iqy oqy rqy dqy udl diagcfg
"""
_SCRIPTS = """
js mjs cjs jse ts tsx jsx vbs vbe vb bas cls frm ws wsf wsc wsh sct ps1 ps1xml ps2 ps2xml psc1 psc2 psm1 psd1 pssc
bat cmd btm sh bash zsh fish ksh csh tcsh ash dash command
py pyw pyi py3 ipynb rb rbw erb pl pm t pod php php3 php4 php5 php7 php8 phps pht phtml phar inc
asp aspx ashx asmx asa asax ascx cer cfm cfc jsp jspx jsw jsv jspf jhtml do cgi fcgi htaccess htpasswd
lua tcl tk groovy gradle kts kt scala sc clj cljs hs lhs ml fs fsx fsi erl ex exs r rmd jl m mm swift go rs d nim zig
c h cc cpp cxx hpp hh cs csx java v sv vhd asm s pas dpr adb ads cob cbl for f90 f95 awk sed
au3 ahk a3x applescript scpt scptd jxa osascript coffee dart elm vue svelte sql psql ps eps prolog
make mk cmake dockerfile ebuild spec nix pp ninja bzl vagrantfile jenkinsfile tf
msh msh1 msh2 mshxml msh1xml msh2xml msc shs shb scap
"""
_WEB_PAGES = """
htm html shtml shtm stm xhtml xhtm xht hta htc htt svg svgz mht mhtml mhtm webarchive xsl xslt xsd dtd rss atom
htmlz maff url webloc css less sass scss manifest webmanifest appcache xul mml mathml
"""
_MACROS = "docm dotm xlsm xltm xlsb xlam pptm potm ppam ppsm sldm vsdm vstm vssm thmx xlm xlw ppa wiz"
_MEDIA = """
mp3 m4a m4b m4p m4r aac wav wave flac ogg oga opus spx wma aif aiff aifc au snd mid midi kar amr awb ape mka ra ram
mp4 m4v mov qt avi mkv webm wmv asf flv f4v mpg mpeg mpe m1v m2v mts m2ts ts vob ogv ogx ogm 3gp 3g2 rm rmvb divx mxf
m3u m3u8 pls xspf cda caf dsf dff ac3 dts mod xm it s3m voc ivf y4m heics avifs
"""
_ARCHIVES = """
7z rar r00 tar gz tgz bz2 tbz tbz2 xz txz lz lz4 lzma lzo zst tzst br z taz arj lzh lha ace arc zoo cpio shar
zipx sit sitx alz egg cab par2 uue uu xxe hqx bz gzip xar squashfs
"""

_BY_REASON = (
    (RefusalReason.ARCHIVE, _ARCHIVES),
    (RefusalReason.MEDIA, _MEDIA),
    (RefusalReason.WEB_PAGE, _WEB_PAGES),
    (RefusalReason.EXECUTABLE, _SCRIPTS),
    (RefusalReason.EXECUTABLE, _PROGRAMS),
    (RefusalReason.MACROS, _MACROS),
)

REFUSED: Mapping[str, RefusalReason] = MappingProxyType(
    {extension: reason for reason, extensions in _BY_REASON for extension in extensions.split()}
)
"""The reason of each ending that is refused; an ending that is missing here is unknown, and refused as that."""

_RUNS = """
exe dll scr com pif cpl ocx sys msi msp msix appx lnk url scf pkg dmg deb rpm apk jar class dex jnlp js jse
vbs vbe ws wsf wsc wsh hta ps1 psm1 bat cmd sh command py pyw rb pl php so dylib swf chm reg msc iso img docm
dotm xlsm xltm xlsb xlam pptm potm ppam ppsm
"""
RUNS = frozenset(_RUNS.split())
"""What opens as a program; nothing with such an ending may travel inside another file."""
