# assay: mode=stdin expect=time_limit,wrong_answer wall=0.6
# Waits on a terminal's worth of input after its input ended.
import select
import time

input()
select.select([], [], [], None)
