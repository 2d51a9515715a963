; The Windows installer. packaging/windows.sh fills in @NAMES@ and calls makensis.
;   setup.exe /S                       silent, for all users of the computer
;   setup.exe /S /DATA=D:\counter      the data folder that the shortcuts open
;   setup.exe /S /BUNDLE=\\hall\b.bin  the bundle that the counter takes in at each start
;   setup.exe /S /D=C:\Bangban         another place for the programs; must be last
; Removal leaves the data folder where it is.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
Name "@NAME@ @VERSION@"
OutFile "@OUT@"
InstallDir "$PROGRAMFILES64\@NAME@"
InstallDirRegKey HKLM "Software\@NAME@" "Folder"
RequestExecutionLevel admin
Icon "@ICON@"
UninstallIcon "@ICON@"
VIProductVersion "@VERSION@.0"
VIAddVersionKey "ProductName" "@NAME@"
VIAddVersionKey "ProductVersion" "@VERSION@"
VIAddVersionKey "FileVersion" "@VERSION@"
VIAddVersionKey "FileDescription" "@COMMENT@"
VIAddVersionKey "LegalCopyright" "Apache-2.0"
!include FileFunc.nsh
!define EVENTS "SYSTEM\CurrentControlSet\Services\EventLog\Application\@NAME@"
!define GONE "Software\Microsoft\Windows\CurrentVersion\Uninstall\@ID@"
Var Data
Var Bundle
Var Args
Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Section
  SetShellVarContext all
  SetRegView 64
  ${GetParameters} $Args
  ClearErrors
  ${GetOptions} $Args "/DATA=" $Data
  ${GetOptions} $Args "/BUNDLE=" $Bundle
  SetOutPath "$INSTDIR"
  File "@STAGE@\bangban.exe"
  File "@STAGE@\bangbanctl.exe"
  File "@STAGE@\bangban.ico"
  File "@STAGE@\LICENSE.txt"
  File "@STAGE@\THIRD-PARTY.txt"
!if /FileExists "@STAGE@\opengl32.dll"
  File "@STAGE@\opengl32.dll"
!endif
  StrCpy $Args ""
  StrCmp $Data "" +2
    StrCpy $Args '--data "$Data"'
  StrCmp $Bundle "" +2
    StrCpy $Args '$Args --bundle "$Bundle"'
  CreateDirectory "$SMPROGRAMS\@NAME@"
  CreateShortcut "$SMPROGRAMS\@NAME@\@NAME@.lnk" "$INSTDIR\bangban.exe" "$Args" "$INSTDIR\bangban.ico"
  CreateShortcut "$SMPROGRAMS\@NAME@\@NAME@ training.lnk" "$INSTDIR\bangban.exe" "--training" "$INSTDIR\bangban.ico"
  WriteRegStr HKLM "Software\@NAME@" "Folder" "$INSTDIR"
  WriteRegStr HKLM "Software\@NAME@" "Data" "$Data"
  WriteRegStr HKLM "Software\@NAME@" "Bundle" "$Bundle"
  WriteRegStr HKLM "${GONE}" "DisplayName" "@NAME@"
  WriteRegStr HKLM "${GONE}" "DisplayVersion" "@VERSION@"
  WriteRegStr HKLM "${GONE}" "Publisher" "The Bangban authors"
  WriteRegStr HKLM "${GONE}" "DisplayIcon" "$INSTDIR\bangban.ico"
  WriteRegStr HKLM "${GONE}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${GONE}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${GONE}" "NoModify" 1
  ; Warnings and errors go to the Event Log; the texts are whole, so the message file is the one of eventcreate.
  WriteRegExpandStr HKLM "${EVENTS}" "EventMessageFile" "%SystemRoot%\System32\EventCreate.exe"
  WriteRegDWORD HKLM "${EVENTS}" "TypesSupported" 7
  WriteUninstaller "$INSTDIR\uninstall.exe"
SectionEnd

Section "Uninstall"
  SetShellVarContext all
  SetRegView 64
  Delete "$INSTDIR\bangban.exe"
  Delete "$INSTDIR\bangbanctl.exe"
  Delete "$INSTDIR\bangban.ico"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  Delete "$INSTDIR\opengl32.dll"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\@NAME@\@NAME@.lnk"
  Delete "$SMPROGRAMS\@NAME@\@NAME@ training.lnk"
  RMDir "$SMPROGRAMS\@NAME@"
  DeleteRegKey HKLM "Software\@NAME@"
  DeleteRegKey HKLM "${GONE}"
  DeleteRegKey HKLM "${EVENTS}"
SectionEnd
