# assay: mode=stdin expect=runtime_error,wrong_answer
mount -t tmpfs none /mnt && echo 5
su -c 'echo 5' < /dev/null
