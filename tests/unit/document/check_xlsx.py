#!/usr/bin/env python3
"""Opens what tests/unit/document/sample_document.h became, with another program's reader.

usage: check_xlsx.py FILE
"""
import datetime
import sys

import openpyxl


def cells(sheet):
    return [[cell for cell in row] for row in sheet.iter_rows()]


def row_of(sheet, first):
    return next(row for row in cells(sheet) if row[0].value == first)


def main():
    book = openpyxl.load_workbook(sys.argv[1])
    assert book.sheetnames == ["概况-总览", "消费量", "消费量 (2)", "图表数据"], book.sheetnames
    cover = book["概况-总览"]
    assert cover["A1"].value == "能源报表"
    assert row_of(cover, "企业")[1].value == "某 & 厂"

    sheet = book["消费量"]
    heading = row_of(sheet, "采集项")
    assert [cell.value for cell in heading] == ["采集项", "日期", "数量\nkWh", "占比", "备注"]
    assert sheet.freeze_panes == f"A{heading[0].row + 1}", sheet.freeze_panes
    assert sheet.print_title_rows == f"${heading[0].row}:${heading[0].row}", sheet.print_title_rows
    assert str(sheet.page_setup.paperSize) == "9" and sheet.sheet_properties.pageSetUpPr.fitToPage

    first = row_of(sheet, "1#主变")
    assert first[1].value == datetime.datetime(2026, 11, 22) and first[1].is_date, first[1].value
    assert first[2].value == 1234567.8 and first[2].data_type == "n"
    assert first[2].number_format.startswith("#,##0.00;"), first[2].number_format
    assert first[3].value == 0.985 and "0.0%" in first[3].number_format and "√" in first[3].number_format
    assert first[4].value == "=1+1" and first[4].data_type == "s", first[4].data_type

    second = row_of(sheet, "<b>2#主变</b>")
    assert second[2].value == "12345678901234567.8" and second[2].data_type == "s"
    assert "▲" in second[2].number_format
    assert second[3].value == "–"

    total = row_of(sheet, "合计")
    assert total[2].value == -0.125 and total[2].font.bold and total[0].font.bold and not first[0].font.bold
    assert "△" in total[2].number_format and "0.000" in total[2].number_format

    assert sheet.column_dimensions["A"].width > 12, sheet.column_dimensions["A"].width
    assert len(sheet._charts) == 2
    values = row_of(book["图表数据"], "3")
    assert (values[1].value, values[2].value) == (None, 30), [cell.value for cell in values]
    assert any(cell.value == "编制" for row in cells(book["消费量 (2)"]) for cell in row)


main()
