<# Windows Setup from a DVD up to a shell with an empty disk: docs/recipes/windows.md. Not verified on a real Windows. #>

<# The race: a dot a second for five seconds, then the disk boots. #>
<wait-text "Press any key to boot" 3m>
<spacebar until not "Press any key to boot" every 500ms for 15s>

<# The pages are graphical: rfbctl run --ocr reads them. Language, time and keyboard stay as they are. #>
<wait-text "Language to install" 10m><alt+n>
<wait-text "Install now" 2m>

<# A shell, asked for until it is there. #>
<shift+f10 until "X:\\" every 3s for 1m>
diskpart<enter><wait-text "DISKPART>" 1m>
select disk 0<enter><wait-text "now the selected disk" 1m>
clean<enter><wait-text /succeeded|error/i 1m>
<if /error/i><fail "diskpart could not clean the disk"><endif>
exit<enter>exit<enter>

<# On to the page of partitions. #>
<wait-text "Install now" 1m><alt+i>
<wait-text "license terms" 5m><alt+a><alt+n>
<wait-text "Which type of installation" 2m><alt+c>
<wait-text "Where do you want to install" 2m><alt+n>
<wait-text "Installing Windows" 5m>
